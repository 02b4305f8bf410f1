package io.quafka.program.config;

/// A member of the controller: `ID@HOST:PORT`.
///
/// @param id from 1 up
/// @param address where the other members and processes reach it
public record ControllerMember(int id, Address address) {
    /// @throws IllegalArgumentException if the text is not `ID@HOST:PORT`
    public static ControllerMember parse(String text) {
        int at = text.indexOf('@');
        try {
            if (at > 0) {
                return new ControllerMember(
                        Integer.parseInt(text.substring(0, at)),
                        Address.parse(text.substring(at + 1)));
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw ValueType.refused("expected ID@HOST:PORT", text);
    }

    @Override
    public String toString() {
        return id + "@" + address;
    }
}
