package qerberos.http;

/// Lets a request in, or not: who is it, may they, and is it not too much?
@FunctionalInterface
interface Admission {
  /// Leaves the caller and the headers about limits in the exchange.
  ///
  /// @throws Refused 401, 403, 429 or 503
  void admit(Exchange exchange, Route route) throws Exception;
}
