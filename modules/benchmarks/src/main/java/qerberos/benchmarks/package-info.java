@NullMarked
package qerberos.benchmarks;

import org.jspecify.annotations.NullMarked;
