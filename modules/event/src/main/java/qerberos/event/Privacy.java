package qerberos.event;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which values of `details` and `context` are sealed and which are masked. Immutable.
///
/// **Names** apply at any depth. A name is given as lower-case words, `user agent`, and stands for
/// every field whose words end with these: `userAgent`, `user_agent`, `http.User-Agent`,
/// `useragent`. With `=` before it, only for the field that has these words and no others: `=name`
/// means `name` but not `bucketName`. Digits at the end of a field's name do not count. The
/// longest name wins.
///
/// **Rules** apply to one path, of all types or of one, and win over names; of several the last one
/// wins.
///
/// Sealing costs the reader nothing (who may read the event may read the value), so the defaults
/// seal rather too much than too little. What is masked is gone for good, and what the defaults
/// mask cannot be had otherwise: neither a name nor a rule lets a secret through.
public record Privacy(Map<String, Treatment> names, List<Rule> rules) {
  private static final List<String> SEALED =
      List.of(
          // addresses
          "ip",
          "ips",
          "ipv",
          "ip addr",
          "ip address",
          "ip addresses",
          "client ip",
          "source ip",
          "src ip",
          "dst ip",
          "dest ip",
          "remote ip",
          "source ip address",
          "client address",
          "remote addr",
          "remote address",
          "remote host",
          "addr",
          "address",
          "addresses",
          "x forwarded for",
          "forwarded for",
          "mac",
          "mac address",
          "street",
          "postcode",
          "postal code",
          "zip",
          "zip code",
          // mails and phones
          "mail",
          "mails",
          "email",
          "emails",
          "e mail",
          "email address",
          "recipient",
          "recipients",
          "phone",
          "phones",
          "phone number",
          "mobile",
          "mobile number",
          "telephone",
          "msisdn",
          "fax",
          // names
          "=name",
          "=user",
          "user name",
          "first name",
          "last name",
          "full name",
          "given name",
          "family name",
          "middle name",
          "display name",
          "real name",
          "nick name",
          "surname",
          "person name",
          "customer name",
          "patient name",
          "employee name",
          "contact name",
          "birthday",
          "birth date",
          "date of birth",
          "dob",
          "ssn",
          "passport number",
          "iban",
          // agents
          "=agent",
          "user agent",
          "browser",
          // coordinates
          "latitude",
          "longitude",
          "lat",
          "lon",
          "lng",
          "coordinates",
          "coords",
          "geo point",
          "geo location");

  private static final List<String> MASKED =
      List.of(
          "password",
          "passwords",
          "passwd",
          "pwd",
          "passphrase",
          "passcode",
          "password hash",
          "password data",
          "secret",
          "secret string",
          "secret binary",
          "secret value",
          "client secret",
          "token",
          "access token",
          "refresh token",
          "session token",
          "id token",
          "jwt",
          "bearer",
          "otp",
          "totp",
          "cvv",
          "cvc",
          "authorization",
          "proxy authorization",
          "cookie",
          "set cookie",
          "api key",
          "x api key",
          "app key",
          "private key",
          "secret key",
          "secret access key",
          "signing key",
          "encryption key",
          "master key",
          "key material",
          "private key pem",
          "pem",
          "connection string");

  private static final List<String> MASKED_TEXT =
      List.of("tokens", "cookies", "credential", "credentials", "secrets", "api keys");

  private static final List<String> KEPT =
      List.of(
          "next token",
          "page token",
          "next page token",
          "continuation token",
          "client token",
          "client request token",
          "pagination token",
          "marker token");

  /// A model and a factor have names, and only we write these types ([Reserved]).
  private static final List<Rule> OURS =
      List.of(
          new Rule("anomaly.detected", "details.modelInfo.name", Treatment.KEEP),
          new Rule("risk.scored", "details.factors.*.name", Treatment.KEEP));

  /// One path of one type, or of all.
  ///
  /// @param type an event type such as `auth.login`, `auth.*` for all that begin with `auth.`, or
  ///     `*`
  /// @param path `details` or `context` and the names below it, joined by dots; `*` stands for any
  ///     one name or index: `details.customers.*.shoeSize`
  public record Rule(String type, String path, Treatment treatment) {
    /// @throws IllegalArgumentException naming what is wrong
    public Rule {
      if (type.isEmpty()) {
        throw new IllegalArgumentException("type: length 0, want a type, 'prefix.*' or '*'");
      }
      if (!type.matches("\\*|[^*]+(\\.\\*)?")) {
        throw new IllegalArgumentException("type: '" + type + "', want a type, 'prefix.*' or '*'");
      }
      if (!path.startsWith("details.") && !path.startsWith("context.")) {
        throw new IllegalArgumentException(
            "path: '" + path + "', want details.<name> or context.<name>");
      }
      if (path.endsWith(".") || path.contains("..")) {
        throw new IllegalArgumentException("path: '" + path + "' has an empty name");
      }
    }

    boolean appliesTo(String eventType) {
      return type.equals("*")
          || type.equals(eventType)
          || (type.endsWith(".*") && eventType.startsWith(type.substring(0, type.length() - 1)));
    }
  }

  /// @throws IllegalArgumentException when a name is not lower-case words with single spaces
  ///     between
  public Privacy {
    names = Map.copyOf(names);
    rules = List.copyOf(rules);
    for (String name : names.keySet()) {
      String words = name.startsWith("=") ? name.substring(1) : name;
      if (!words.matches("[\\p{Ll}\\p{Lo}0-9]+( [\\p{Ll}\\p{Lo}0-9]+)*")) {
        throw new IllegalArgumentException(
            "name: '" + name + "', want lower-case words with single spaces, such as 'user agent'");
      }
    }
  }

  /// The names that hold personal data or secrets nearly everywhere, and the rules
  /// for entries of our own.
  public static Privacy defaults() {
    var names = new HashMap<String, Treatment>();
    SEALED.forEach(name -> names.put(name, Treatment.SEAL));
    MASKED.forEach(name -> names.put(name, Treatment.MASK));
    MASKED_TEXT.forEach(name -> names.put(name, Treatment.MASK_TEXT));
    KEPT.forEach(name -> names.put(name, Treatment.KEEP));
    return new Privacy(names, OURS);
  }

  /// What the defaults do with a field of this name, on its own.
  public static Treatment standard(String fieldName) {
    return Treatments.SECRETS.byName(fieldName);
  }

  /// How a field's name, in any spelling, is written here: `userAgent` as `user agent`; a `=`
  /// before it stays. What is no name comes out as something that the constructor refuses.
  public static String inWords(String fieldName) {
    return fieldName.startsWith("=")
        ? "=" + Treatments.words(fieldName.substring(1))
        : Treatments.words(fieldName);
  }

  /// This with one name added or changed.
  public Privacy with(String name, Treatment treatment) {
    var more = new HashMap<>(names);
    more.put(name, treatment);
    return new Privacy(more, rules);
  }

  /// This with one more rule, which wins over those before.
  public Privacy with(Rule rule) {
    var more = new ArrayList<>(rules);
    more.add(rule);
    return new Privacy(names, more);
  }
}
