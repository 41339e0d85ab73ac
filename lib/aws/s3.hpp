/// S3's objects: asked for, listed, read by range and written, with every answer checked and every
/// request tried again until the deadline.
///
/// Rules: docs.aws.amazon.com, "Amazon S3 API Reference" (2006-03-01); checksums: "Checking object
/// integrity in Amazon S3".
#pragma once

#include "aws/client.hpp"

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairlead::aws {

struct S3Options {
    std::string region;
    std::string endpoint{}; ///< "http://127.0.0.1:PORT", with the bucket in the path; empty for AWS
    std::map<std::string, std::string, std::less<>> regions{}; ///< of buckets that lie elsewhere
    /// That new objects of this region are encrypted with; empty for the bucket's default.
    std::string kms_key{};
    milliseconds deadline;                ///< for all, from the making on
    std::function<milliseconds()> left{}; ///< what ends it earlier, where that is given
    std::chrono::seconds stall{20}; ///< after which an answer that stands still is asked for anew
};

/// What all connections share: keys, the clock's offset, the deadline. Safe for threads, as far as
/// `surroundings` is.
class S3Account {
  public:
    S3Account(S3Options options, CredentialSource credentials,
              Surroundings surroundings = real_surroundings());

    const S3Options& options() const { return options_; }
    const Surroundings& surroundings() const { return surroundings_; }
    /// With `patience` beyond what would end it earlier.
    milliseconds left(milliseconds patience = {}) const;
    WallTime aws_now() const;
    Result<Credentials> credentials();
    void forget_credentials();
    void correct_clock(std::chrono::seconds offset) { clock_offset_ = offset; }
    /// From now on nothing is tried again.
    void stop() { stopped_ = true; }
    bool stopped() const { return stopped_; }

  private:
    S3Options options_;
    Surroundings surroundings_;
    std::chrono::steady_clock::time_point end_;
    std::atomic<std::chrono::seconds> clock_offset_{std::chrono::seconds{0}};
    std::atomic<bool> stopped_ = false;
    std::mutex mutex_;
    CredentialSource credentials_;
};

struct S3Place {
    std::string bucket;
    std::string key; ///< not encoded
};

std::string to_string(const S3Place& place); ///< "s3://lab/a.dat", printable and bounded

struct S3Failure {
    enum class Kind {
        NotFound,      ///< no such bucket or key
        Denied,        ///< whatever S3 refuses to whom it knows, or does not know
        Changed,       ///< no longer the object of that ETag
        Archived,      ///< has to be restored first
        Corrupt,       ///< S3 received something else than was sent, again and again
        OtherRegion,   ///< the bucket lies elsewhere
        NoUpload,      ///< the multipart upload has ended
        NoPart,        ///< a part of it is not there
        NoAnswer,      ///< not reached, throttled or broken until the deadline
        NoCredentials, ///< none are to be had
        Refused,       ///< anything else that trying again does not change
    };
    Kind kind;
    std::string message;
};

template <class T>
using S3Result = std::expected<T, S3Failure>;

struct ObjectFacts {
    std::uint64_t size = 0;      ///< of the whole object
    std::string etag{};          ///< as S3 writes it, with its quotes
    std::string crc64nvme{};     ///< base64, of the whole object; empty where S3 gives none
    bool plain_etag = false;     ///< whether it can be an MD5: not where KMS encrypts
    bool archived = false;       ///< in a class that cannot be read, and not restored
    std::string storage_class{}; ///< "GLACIER", or "ARCHIVE_ACCESS" of Intelligent-Tiering
};

struct ListedObject {
    std::string key; ///< any bytes
    std::uint64_t size = 0;
    std::string etag{};
    bool archived = false; ///< or was; head() knows whether it is restored
};

struct ListPage {
    std::vector<ListedObject> objects;
    std::string next{}; ///< what the next page is asked for with; empty at the end
};

struct ByteRange {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
};

struct UploadedPart {
    int number; ///< from 1 to 10,000
    std::string etag;
    std::string crc64nvme;
};

/// One connection.
class S3 {
  public:
    explicit S3(S3Account& account);

    S3Result<ObjectFacts> head(const S3Place& place);
    /// Of an object that was uploaded in parts, the size of the first; the whole of another.
    S3Result<std::uint64_t> first_part_size(const S3Place& place);
    /// Fills `into` with the whole object, or with a range of it, of just that ETag.
    S3Result<ObjectFacts> get(const S3Place& place, const std::string& etag,
                              std::optional<ByteRange> range, std::span<char> into);
    /// Up to 1,000 keys that begin with `prefix`.
    S3Result<ListPage> list(const std::string& bucket, const std::string& prefix,
                            const std::string& next);

    /// The ETag. S3 checks the body against its SHA-256, and AWS's against `crc64nvme` as well.
    S3Result<std::string> put(const S3Place& place, std::string_view body,
                              const std::string& crc64nvme);
    /// The id of a multipart upload.
    S3Result<std::string> begin_upload(const S3Place& place);
    S3Result<std::string> put_part(const S3Place& place, const std::string& upload, int number,
                                   std::string_view body, const std::string& crc64nvme);
    S3Result<std::string> complete_upload(const S3Place& place, const std::string& upload,
                                          std::span<const UploadedPart> parts,
                                          const std::string& crc64nvme);
    /// The ETags of the parts that S3 has, by their number.
    S3Result<std::map<int, std::string>> parts_of(const S3Place& place, const std::string& upload);
    S3Result<void> abort_upload(const S3Place& place, const std::string& upload);

  private:
    struct Call;
    struct Reply;
    struct Tries;

    S3Result<HttpResponse> ask(const Call& call);
    S3Result<Reply> ask_once(const Call& call);
    std::optional<S3Failure> verdict(const Call& call, const Reply& reply) const;
    bool correct(const Reply& reply, Tries& tries);
    std::vector<Header> encryption(const std::string& bucket) const;

    S3Account& account_;
    Http http_;
};

/// Where a bucket lies.
const std::string& region_of(const S3Options& options, std::string_view bucket);

/// Where a bucket of a region answers: "https://lab.s3.us-east-2.amazonaws.com", or with the bucket
/// in the path where its name has a dot, which no certificate covers.
std::string s3_url(const S3Options& options, const std::string& bucket);

} // namespace fairlead::aws
