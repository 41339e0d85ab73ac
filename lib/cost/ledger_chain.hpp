/// The checksums that chain the entries of the ledger.
#pragma once

#include "cost/checksum.hpp"
#include "cost/ledger.hpp"

namespace fairlead::cost {

class Chain {
  public:
    /// The checksum of an entry behind the one before it: over both, each field with its length so
    /// that none runs into the next.
    Result<std::string> next(std::string_view before, std::int64_t id, const Entry& entry);

    /// The checksum of a text that an entry refers to.
    Result<std::string> of(std::string_view text) { return sha_.of(text); }

  private:
    void add(std::string_view field);

    Sha256 sha_{};
    std::string text_{};
};

} // namespace fairlead::cost
