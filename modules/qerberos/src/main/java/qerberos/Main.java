package qerberos;

import qerberos.cli.Commands;
import qerberos.logs.LastingLogging;

/// Where the process begins: hands the words of the command line to [Commands] and exits with what
/// they say. What the service consists of is in [qerberos.service.Service].
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.setProperty("java.util.logging.manager", LastingLogging.class.getName());
    System.exit(Commands.ofThisProcess().run(args));
  }
}
