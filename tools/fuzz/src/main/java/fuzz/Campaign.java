package fuzz;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/// What Jazzer calls, with inputs without end: one [Fuzzed] method, named by the arguments. Used by
/// one thread at a time.
public final class Campaign {
  private record Property(Object test, Method method) {}

  private static Property property =
      new Property(Campaign.class, Campaign.class.getDeclaredMethods()[0]);

  private Campaign() {}

  /// Called once, by Jazzer.
  ///
  /// @param arguments the name of the class and that of the method
  public static void fuzzerInitialize(String[] arguments) throws ReflectiveOperationException {
    Class<?> owner = Class.forName(arguments[0]);
    Method method = owner.getDeclaredMethod(arguments[1], byte[].class);
    method.setAccessible(true);
    Constructor<?> constructor = owner.getDeclaredConstructor();
    constructor.setAccessible(true);
    property = new Property(constructor.newInstance(), method);
  }

  /// Called with each input, by Jazzer.
  ///
  /// @throws Throwable what the method throws, which is what Jazzer looks for
  public static void fuzzerTestOneInput(byte[] input) throws Throwable {
    try {
      property.method().invoke(property.test(), (Object) input);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
