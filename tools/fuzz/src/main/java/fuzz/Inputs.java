package fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// With what a [Fuzzed] method is called in every build: its examples, and what is kept beside its
/// class in `src/test/resources`, in `<class>/<method>.txt`, a line of Base64 for each input; what
/// follows a `#` says why it is kept. Used by one thread at a time.
final class Inputs implements ArgumentsProvider {
  @Override
  public Stream<? extends Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) throws Exception {
    return of(context.getRequiredTestMethod()).stream().map(bytes -> Arguments.of((Object) bytes));
  }

  static List<byte[]> of(Method fuzzed) throws ReflectiveOperationException, IOException {
    List<byte[]> inputs = new ArrayList<>();
    Class<?> owner = fuzzed.getDeclaringClass();
    Method examples = owner.getDeclaredMethod(fuzzed.getAnnotation(Fuzzed.class).value());
    examples.setAccessible(true);
    ((Stream<?>) examples.invoke(null)).forEach(one -> inputs.add((byte[]) one));
    String kept = owner.getSimpleName() + "/" + fuzzed.getName() + ".txt";
    try (InputStream file = owner.getResourceAsStream(kept)) {
      if (file != null) {
        new String(file.readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .map(line -> line.replaceFirst("#.*", "").strip())
            .filter(line -> !line.isEmpty())
            .map(Base64.getDecoder()::decode)
            .forEach(inputs::add);
      }
    }
    return List.copyOf(inputs);
  }
}
