#include "cost/checksum.hpp"

#include <array>
#include <openssl/evp.h>

namespace fairlead::cost {
namespace {

constexpr std::size_t digest_bytes = 32;
constexpr std::string_view digits = "0123456789abcdef";

} // namespace

void Sha256::Free::operator()(evp_md_st* algorithm) const { EVP_MD_free(algorithm); }
void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256()
    : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

Result<std::string> Sha256::of(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (!algorithm_ || !context_ ||
        EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) != 1 ||
        EVP_DigestUpdate(context_.get(), text.data(), text.size()) != 1 ||
        EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1 || size != digest_bytes)
        return fail(Code::C302, "OpenSSL computes no SHA-256; without it nothing is entered");
    std::string hex;
    for (std::size_t i = 0; i < digest_bytes; ++i) {
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 15];
    }
    return hex;
}

bool is_checksum(std::string_view text) {
    return text.size() == 2 * digest_bytes &&
           text.find_first_not_of(digits) == std::string_view::npos;
}

} // namespace fairlead::cost
