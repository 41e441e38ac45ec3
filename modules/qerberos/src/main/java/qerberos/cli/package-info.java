@NullMarked
package qerberos.cli;

import org.jspecify.annotations.NullMarked;
