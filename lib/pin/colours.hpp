/// Colours that tell many things apart, and what to write on them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fairlead::pin {

struct Colour {
    std::uint8_t red, green, blue;

    friend bool operator==(const Colour&, const Colour&) = default;
};

/// "#1f77b4".
std::string hex(Colour colour);

/// So many different colours: the hue goes once round, the lightness alternates, so that neighbours
/// differ in both. The first is blue, and the second of two orange.
std::vector<Colour> palette(int count);

/// A little nearer to white.
Colour lighter(Colour colour);

/// Black or white, whichever has the higher contrast on a background (WCAG 2, at least 4.5).
Colour ink_on(Colour background);

/// WCAG 2: 1 for the same colour, 21 for black on white.
double contrast(Colour a, Colour b);

} // namespace fairlead::pin
