@NullMarked
package qerberos.ledger;

import org.jspecify.annotations.NullMarked;
