package qerberos.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/// Names are looked up as ever; addresses have none.
///
/// Who connects decides which name server answers for its address, and how slowly. The HTTP library
/// asks for that name at the begin of each TLS connection, on a virtual thread that keeps its
/// carrier meanwhile: a few strangers with a silent name server would stop everybody. Nothing here
/// wants to know such a name. The JDK finds this class by its entry in `META-INF/services`.
///
/// Immutable.
public final class NoReverseLookup extends InetAddressResolverProvider {
  @Override
  public String name() {
    return "names only";
  }

  @Override
  public InetAddressResolver get(Configuration configuration) {
    InetAddressResolver builtIn = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        return builtIn.lookupByName(host, policy);
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        throw new UnknownHostException("addresses are not asked for their name");
      }
    };
  }
}
