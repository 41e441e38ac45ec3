@NullMarked
package qerberos.query;

import org.jspecify.annotations.NullMarked;
