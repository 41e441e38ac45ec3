@NullMarked
package qerberos.intake;

import org.jspecify.annotations.NullMarked;
