@NullMarked
package qerberos;

import org.jspecify.annotations.NullMarked;
