package qerberos.http;

import java.util.List;
import java.util.Map;
import qerberos.event.Fault;

/// A request that is not done, with the answer it gets.
///
/// Carries no stack trace: it is an answer, and strangers can cause any number of them.
@SuppressWarnings("serial")
final class Refused extends RuntimeException {
  private final Code code;
  private final List<Fault> faults;
  private final Map<String, String> headers;
  private final int column;

  private Refused(Code code, String message, List<Fault> faults, Map<String, String> headers) {
    this(code, message, faults, headers, 0);
  }

  private Refused(
      Code code, String message, List<Fault> faults, Map<String, String> headers, int column) {
    super(message, null, false, false);
    this.column = column;
    this.code = code;
    this.faults = List.copyOf(faults);
    this.headers = Map.copyOf(headers);
  }

  static Refused because(Code code, String message) {
    return new Refused(code, message, List.of(), Map.of());
  }

  static Refused because(Code code, String message, Map<String, String> headers) {
    return new Refused(code, message, List.of(), headers);
  }

  /// 400, naming the one field at fault.
  static Refused field(String field, String message) {
    return fields(List.of(new Fault(field, message)));
  }

  /// 400, naming every field at fault.
  static Refused fields(List<Fault> faults) {
    Fault first = faults.getFirst();
    String more = faults.size() == 1 ? "" : " (and " + (faults.size() - 1) + " more)";
    return new Refused(
        Code.VALIDATION_ERROR, first.field() + ": " + first.message() + more, faults, Map.of());
  }

  /// 400, naming the one field at fault and the character of its text at which it goes wrong.
  ///
  /// @param column in code points from 1
  static Refused at(String field, int column, String message) {
    var fault = new Fault(field, "column " + column + ": " + message);
    return new Refused(Code.VALIDATION_ERROR, fault.toString(), List.of(fault), Map.of(), column);
  }

  static Refused notFound(String what) {
    return because(Code.NOT_FOUND, what);
  }

  /// 503 with the number of seconds after which trying again makes sense.
  static Refused unavailable(Code code, String message, long retrySeconds) {
    return new Refused(
        code, message, List.of(), Map.of("Retry-After", Long.toString(Math.max(1, retrySeconds))));
  }

  Code code() {
    return code;
  }

  List<Fault> faults() {
    return faults;
  }

  /// Where in the text of the one field at fault it goes wrong; 0 when that is not known.
  int column() {
    return column;
  }

  Map<String, String> headers() {
    return headers;
  }

  String text() {
    String message = getMessage();
    return message == null ? code.name() : message;
  }
}
