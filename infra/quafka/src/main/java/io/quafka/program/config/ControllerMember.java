package io.quafka.program.config;

/// A member of the controller: `ID@HOST:PORT`; or only where to ask for the members: `HOST:PORT`.
///
/// @param id from 1 up, or [#UNTOLD]
/// @param address where the other members and processes reach it; without an id, a name with the
///   addresses of several members too
public record ControllerMember(int id, Address address) {
    /// Of an address of which nobody says whose it is.
    public static final int UNTOLD = 0;

    private static final String FORM = "ID@HOST:PORT";

    /// @throws IllegalArgumentException if the text is not `ID@HOST:PORT`
    public static ControllerMember parse(String text) {
        int at = text.indexOf('@');
        try {
            int id = at > 0 ? Integer.parseInt(text.substring(0, at)) : UNTOLD;
            if (id > UNTOLD) {
                return new ControllerMember(id, Address.parse(text.substring(at + 1)));
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw ValueType.refused("expected " + FORM, text);
    }

    /// @throws IllegalArgumentException if the text is neither `ID@HOST:PORT` nor `HOST:PORT`
    public static ControllerMember parseOrPlace(String text) {
        return text.indexOf('@') >= 0
                ? parse(text)
                : new ControllerMember(UNTOLD, Address.parse(text));
    }

    /// Whether it says which member that is.
    public boolean told() {
        return id != UNTOLD;
    }

    @Override
    public String toString() {
        return told() ? id + "@" + address : address.toString();
    }
}
