/// SHA-256 as text: the checksums of the ledger.
#pragma once

#include "base/error.hpp"

#include <memory>
#include <string>
#include <string_view>

struct evp_md_st;     // NOLINT(readability-identifier-naming): OpenSSL's
struct evp_md_ctx_st; // NOLINT(readability-identifier-naming): OpenSSL's

namespace fairlead::cost {

class Sha256 {
  public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();

    /// 64 small hexadecimal digits. FL-C302 where OpenSSL refuses.
    Result<std::string> of(std::string_view text);

  private:
    struct Free {
        void operator()(evp_md_st* algorithm) const;
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_st, Free> algorithm_;
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// Whether a text is what Sha256::of() says.
bool is_checksum(std::string_view text);

} // namespace fairlead::cost
