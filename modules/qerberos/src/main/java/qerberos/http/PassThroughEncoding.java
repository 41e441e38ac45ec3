package qerberos.http;

import io.helidon.http.Headers;
import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.encoding.ContentEncodingContextConfig;

/// Leaves bodies as they are: [Body] undoes `Content-Encoding` itself, because what expands must be
/// held against a limit, and routes compress what is worth it. Immutable.
final class PassThroughEncoding implements ContentEncodingContext {
  private final ContentEncodingContextConfig config =
      ContentEncodingContextConfig.builder().buildPrototype();

  @Override
  public boolean contentEncodingEnabled() {
    return false;
  }

  @Override
  public boolean contentDecodingEnabled() {
    return true;
  }

  @Override
  public boolean contentEncodingSupported(String encodingId) {
    return false;
  }

  @Override
  public boolean contentDecodingSupported(String encodingId) {
    return true;
  }

  @Override
  public ContentEncoder encoder(String encodingId) {
    return network -> network;
  }

  @Override
  public ContentDecoder decoder(String encodingId) {
    return network -> network;
  }

  @Override
  public ContentEncoder encoder(Headers headers) {
    return network -> network;
  }

  @Override
  public ContentEncodingContextConfig prototype() {
    return config;
  }
}
