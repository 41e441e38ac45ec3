@NullMarked
package qerberos.http;

import org.jspecify.annotations.NullMarked;
