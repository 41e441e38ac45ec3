@NullMarked
package qerberos.event;

import org.jspecify.annotations.NullMarked;
