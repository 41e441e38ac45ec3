package qerberos.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import qerberos.cli.Screen.Colour;
import qerberos.service.ServerFile;
import qerberos.settings.JwtSettings;
import qerberos.settings.Settings;
import qerberos.settings.TlsSettings;

/// What a person reads once the server is ready: where it is, where the token lies, and a line to
/// paste that logs an event and fetches it back with its proof.
///
/// On standard output when a person or a pipe of `--detach` reads it; on standard error when
/// standard output carries log lines that a program reads. Used by one thread at a time.
final class Greeting {
  private final Surroundings around;

  Greeting(Surroundings around) {
    this.around = around;
  }

  void print(ServerFile server, Settings settings) {
    Screen screen = around.screen();
    boolean logsOnOut = server.pid() == ProcessHandle.current().pid() && !screen.outWatched();
    PrintStream to = logsOnOut ? screen.err() : screen.out();
    Path token = settings.folders().data().resolve("secrets").resolve("admin.token");
    String url = server.url().toString();
    to.println();
    to.println(
        screen.paint(Colour.GREEN, "Qerberos is ready at " + url)
            + " (process "
            + server.pid()
            + ")");
    bundled(to, server, settings);
    to.println("  administrator's token   " + token);
    to.println("  data                    " + settings.folders().data());
    to.println("  error log               " + settings.folders().logs().resolve("error.log"));
    to.println();
    to.println("Log an event and fetch it back with its proof:");
    to.println();
    to.println("  TOKEN=$(cat " + quoted(token.toString()) + ")");
    String curl = "curl -s " + trusting(settings);
    to.println(
        "  " + curl + "'" + url + "/audit?wait=proof' -H \"Authorization: Bearer $TOKEN\" \\");
    to.println(
        "    -d"
            + " '{\"id\":\"hello-1\",\"type\":\"demo.hello\",\"ref\":\"demo:1\",\"layer\":\"application\",\"verdict\":\"ALLOW\",\"actor\":{\"squidId\":\"did:squid:alice\"}}'"
            + " &&");
    to.println("  " + curl + url + "/audit/hello-1 -H \"Authorization: Bearer $TOKEN\" &&");
    to.println("  " + curl + url + "/audit/hello-1/proof -H \"Authorization: Bearer $TOKEN\"");
    to.println();
    to.println("Stop it with: " + quoted(around.launcher().toString()) + " stop" + data(settings));
    to.flush();
  }

  private static void bundled(PrintStream to, ServerFile server, Settings settings) {
    if (server.squidPort() > 0) {
      to.println(
          "  sQuid                   the bundled one, http://localhost:"
              + server.squidPort()
              + " (for trying out; QERBEROS_SQUID_URL names a real one)");
    } else {
      JwtSettings jwt = settings.identity().jwt();
      to.println(
          "  sQuid                   "
              + (jwt == null
                  ? settings.identity().squidUrl().toString()
                  : "the OpenID issuer " + jwt.issuer()));
    }
    if (server.qonsentPort() > 0) {
      to.println(
          "  Qonsent                 the bundled one, http://localhost:"
              + server.qonsentPort()
              + " (for trying out; QERBEROS_QONSENT_URL names a real one)");
    } else {
      to.println("  Qonsent                 " + settings.identity().qonsentUrl());
    }
  }

  /// The certificate may be signed by nobody that this machine knows.
  private static String trusting(Settings settings) {
    TlsSettings tls = settings.http().tls();
    return tls == null ? "" : "--cacert " + quoted(tls.certificate().toString()) + " ";
  }

  private String data(Settings settings) {
    Path standard = around.home().resolve("data");
    Path data = settings.folders().data();
    return data.equals(standard) ? "" : " --data " + quoted(data.toString());
  }

  private static String quoted(String path) {
    return path.matches("[A-Za-z0-9_./+:@-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
  }
}
