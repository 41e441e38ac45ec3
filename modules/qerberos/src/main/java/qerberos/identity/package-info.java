@NullMarked
package qerberos.identity;

import org.jspecify.annotations.NullMarked;
