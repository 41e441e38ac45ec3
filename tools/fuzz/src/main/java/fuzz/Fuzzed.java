package fuzz;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// Something that holds for whatever bytes arrive, and is false when the method throws.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest
@ArgumentsSource(Inputs.class)
public @interface Fuzzed {
  /// The static method of the same class that makes the first inputs, a `Stream<byte[]>`.
  String value();
}
