@NullMarked
package qerberos.state;

import org.jspecify.annotations.NullMarked;
