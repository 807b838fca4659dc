/** No secret is in a snapshot or the journal by design; what looks like one all the same does not leave with the evidence. */

/** A WireGuard key, private, public or preshared: 32 bytes as base64. */
const wireguardKey = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])/g;
/** An access token of NordVPN's, and a WireGuard key as wireguard-go is told it: 32 bytes in hexadecimal. */
const hexadecimal = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/gi;
/** What OpenVPN's files hold, as lines or with their ends escaped. Public certificates stay. */
const block = /-----BEGIN ([A-Z ]*PRIVATE KEY|OpenVPN [^-]{0,40})-----[^"]*?(?:-----END \1-----|(?="|$))/g;
/**
 * `PrivateKey = …`, `password: …`, `token=…` as configurations and command lines have them, also quoted within JSON: a
 * backslash and what follows it are taken together, or what is left would no longer be JSON.
 */
const named = /\b(private_?key|preshared_?key|password|passwd|secret|token|authorization)((?:\\?["'])?\s*[=:]\s*(?:\\?["'])?)(?!null\b|true\b|false\b|\d+\b|[[{])(?:\\.|[^\s"'\\,;}])+/gi;

export const redact = (text: string): string => text.replaceAll(wireguardKey, '[removed]').replaceAll(hexadecimal, '[removed]').replaceAll(block, '[removed]').replaceAll(named, '$1$2[removed]');
