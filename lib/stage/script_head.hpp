/// Whether a batch script stages data in, told from its head alone: for the gate, which reads the
/// script on the node. Needs no C++ library and no memory, whatever the script is.
#pragma once

#include <cstddef>

namespace fairlead::stage {

/// Looks for a #STAGE line that is not one for `out`, where read_directives() looks for them.
class ScriptHead {
  public:
    /// The next piece. False once nothing that follows counts.
    constexpr bool feed(const char* text, std::size_t size) {
        for (std::size_t i = 0; i < size && at_ != At::End; ++i)
            at_ = after(text[i]);
        return at_ != At::End;
    }
    constexpr bool stages_in() const { return found_; }

  private:
    enum class At { Begin, Blanks, Marker, Gap, Rest, End };

    static constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

    constexpr At after(char c) {
        if (c == '\n')
            return At::Begin;
        switch (at_) {
        case At::Begin:
            matched_ = 1;
            return c == marker[0] ? At::Marker : is_blank(c) ? At::Blanks : At::End;
        case At::Blanks: // such a comment is no #STAGE line
            return is_blank(c) ? At::Blanks : c == '#' ? At::Rest : At::End;
        case At::Marker:
            if (matched_ == marker_size)
                return is_blank(c) ? At::Gap : At::Rest;
            return c == marker[matched_++] ? At::Marker : At::Rest;
        case At::Gap:
            if (is_blank(c) || c == '"')
                return At::Gap;
            found_ = found_ || c != 'o'; // any word but `out` was refused at submission, or is `in`
            return found_ ? At::End : At::Rest;
        default:
            return at_;
        }
    }

    static constexpr const char* marker = "#STAGE";
    static constexpr std::size_t marker_size = 6;
    At at_ = At::Begin;
    std::size_t matched_ = 0;
    bool found_ = false;
};

} // namespace fairlead::stage
