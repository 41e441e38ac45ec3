@NullMarked
package qerberos.settings;

import org.jspecify.annotations.NullMarked;
