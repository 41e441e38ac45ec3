@NullMarked
package qerberos.trail;

import org.jspecify.annotations.NullMarked;
