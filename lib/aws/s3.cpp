#include "aws/s3.hpp"

#include "aws/retry.hpp"
#include "base/words.hpp"

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

namespace fairlead::aws {
namespace {

using namespace std::chrono_literals;
using Kind = S3Failure::Kind;

constexpr std::size_t largest_answer = 8 * 1024 * 1024; // a list of 1,000 keys of 1,024 bytes
constexpr int tries_of_corrupt = 4;
// "could take several minutes", with a blank now and then (S3 API, CompleteMultipartUpload).
constexpr std::chrono::seconds time_to_complete{600};

std::string_view domain_of(std::string_view region) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> others{
        {{"cn-", "amazonaws.com.cn"}, {"us-iso-", "c2s.ic.gov"}, {"us-isob-", "sc2s.sgov.gov"}}};
    for (const auto& [prefix, domain] : others)
        if (region.starts_with(prefix))
            return domain;
    return "amazonaws.com";
}

std::string_view host_of(std::string_view url) {
    const auto begin = url.find("://") + 3;
    return url.substr(begin, url.find('/', begin) - begin);
}

/// The path of a URL without a key, "" or "/BUCKET".
std::string_view folder_of(std::string_view url) {
    const auto slash = url.find('/', url.find("://") + 3);
    return slash == std::string_view::npos ? std::string_view{} : url.substr(slash);
}

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// "bytes 0-9/200", where the size is behind the slash.
std::uint64_t whole_size(const HttpResponse& response) {
    const std::string_view range = response.header("content-range");
    const auto slash = range.rfind('/');
    if (response.status == 206 && slash != std::string_view::npos)
        return number_of(range.substr(slash + 1));
    return number_of(response.header("content-length"));
}

bool is_archive(std::string_view storage_class) {
    return storage_class == "GLACIER" || storage_class == "DEEP_ARCHIVE";
}

ObjectFacts facts_of(const HttpResponse& response) {
    const std::string_view encryption = response.header("x-amz-server-side-encryption");
    // Of a multipart object of older days the checksum can be one of checksums.
    const bool whole = response.header("x-amz-checksum-type") != "COMPOSITE";
    const std::string_view storage_class = response.header("x-amz-storage-class");
    const bool restored = response.header("x-amz-restore").starts_with("ongoing-request=\"false\"");
    const std::string_view tier = response.header("x-amz-archive-status"); // Intelligent-Tiering
    return {.size = whole_size(response),
            .etag = std::string(response.header("etag")),
            .crc64nvme = whole ? std::string(response.header("x-amz-checksum-crc64nvme")) : "",
            .plain_etag =
                !encryption.starts_with("aws:") &&
                response.header("x-amz-server-side-encryption-customer-algorithm").empty(),
            .archived = (is_archive(storage_class) && !restored) || !tier.empty(),
            .storage_class = std::string(tier.empty() ? storage_class : tier)};
}

/// The digits behind '%' of a key that was listed with encoding-type=url; '+' is a blank there.
std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const char* digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
            plain += static_cast<char>(value);
            i += 2;
        } else {
            plain += text[i] == '+' ? ' ' : text[i];
        }
    }
    return plain;
}

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : text)
        if (c == '&' || c == '<' || c == '>')
            safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;";
        else
            safe += c;
    return safe;
}

Kind kind_of(int status, std::string_view code) {
    if (code == "NoSuchUpload")
        return Kind::NoUpload;
    if (code == "InvalidPart")
        return Kind::NoPart;
    if (code == "InvalidObjectState")
        return Kind::Archived;
    if (status == 301 || status == 307 || code == "AuthorizationHeaderMalformed")
        return Kind::OtherRegion;
    if (status == 404 || status == 405 || status == 410)
        return Kind::NotFound;
    if (status == 412 || status == 416)
        return Kind::Changed;
    if (status == 401 || status == 403)
        return Kind::Denied;
    return Kind::Refused;
}

bool is_corrupt(std::string_view code) {
    return code == "BadDigest" || code == "XAmzContentSHA256Mismatch" || code == "InvalidDigest" ||
           code == "IncompleteBody" || code == "XAmzContentChecksumMismatch";
}

std::string sentence(Kind kind, const std::string& place, const std::string& said) {
    switch (kind) {
    case Kind::NotFound:
        return fmt::format("{} not found", place);
    case Kind::Changed:
        return fmt::format("{} was written while it was read", place);
    case Kind::Archived:
        return fmt::format("{} is archived; a standard restore takes 3 to 5 hours, from a deep "
                           "archive up to 12: aws s3api restore-object",
                           place);
    case Kind::OtherRegion:
        return fmt::format("the bucket of {} lies in another region ({})", place, said);
    default:
        return fmt::format("{}: {}", place, said);
    }
}

/// Null where it is no XML document of that root.
std::optional<pugi::xml_document> document_of(const std::string& body, std::string_view root) {
    pugi::xml_document document;
    if (!document.load_buffer(body.data(), body.size()) ||
        std::string_view(document.document_element().name()) != root)
        return std::nullopt;
    return document;
}

std::unexpected<S3Failure> odd_answer(const std::string& place) {
    return std::unexpected(
        S3Failure{Kind::Refused, fmt::format("{}: the answer is none of S3's", place)});
}

} // namespace

struct S3::Call {
    std::string method;
    S3Place place;
    std::vector<Parameter> query{};
    std::vector<Header> headers{};
    std::string_view body{};
    std::span<char> into{};           ///< which a good answer fills
    std::chrono::seconds patience{0}; ///< beyond that for other answers that stand still
};

/// An answer, and what it says if it is an error. A try that reached nobody has status 0.
struct S3::Reply {
    HttpResponse response{};
    std::string code{};
    std::string message{};

    std::string text() const {
        constexpr std::size_t longest = 300;
        if (response.status == 0)
            return message;
        const std::string shown = printable(message, longest);
        if (code.empty())
            return fmt::format("status {}", response.status);
        return shown.empty() ? code : fmt::format("{}: {}", code, shown);
    }
};

struct S3::Tries {
    int count = 1;
    int corrupt = 0;
    bool clock = false, credentials = false; ///< what is mended at most once a call
};

S3Account::S3Account(S3Options options, CredentialSource credentials, Surroundings surroundings)
    : options_(std::move(options)), surroundings_(std::move(surroundings)),
      end_(surroundings_.uptime() + options_.deadline), credentials_(std::move(credentials)) {}

milliseconds S3Account::left(milliseconds patience) const {
    const auto most = std::chrono::duration_cast<milliseconds>(end_ - surroundings_.uptime());
    return options_.left ? std::min(most, options_.left() + patience) : most;
}

WallTime S3Account::aws_now() const { return surroundings_.now() + clock_offset_.load(); }

Result<Credentials> S3Account::credentials() {
    constexpr milliseconds most = 10s;
    const std::lock_guard lock(mutex_);
    return credentials_.current(aws_now(), std::min(left(), most));
}

void S3Account::forget_credentials() {
    const std::lock_guard lock(mutex_);
    credentials_.forget();
}

std::string to_string(const S3Place& place) {
    constexpr std::size_t longest = 300;
    return "s3://" + printable(place.bucket + "/" + place.key, longest);
}

const std::string& region_of(const S3Options& options, std::string_view bucket) {
    const auto elsewhere = options.regions.find(bucket);
    return elsewhere == options.regions.end() ? options.region : elsewhere->second;
}

std::string s3_url(const S3Options& options, const std::string& bucket) {
    if (!options.endpoint.empty())
        return fmt::format("{}/{}", options.endpoint, encode(bucket));
    const std::string& region = region_of(options, bucket);
    const std::string_view domain = domain_of(region);
    if (bucket.find('.') != std::string::npos)
        return fmt::format("https://s3.{}.{}/{}", region, domain, encode(bucket));
    return fmt::format("https://{}.s3.{}.{}", encode(bucket), region, domain);
}

S3::S3(S3Account& account)
    : account_(account),
      http_(account.options().endpoint.empty() ? Http::Proxy::FromEnvironment : Http::Proxy::None,
            largest_answer) {}

S3Result<S3::Reply> S3::ask_once(const Call& call) {
    const auto credentials = account_.credentials();
    if (!credentials)
        return std::unexpected(S3Failure{Kind::NoCredentials, credentials.error().message});
    const S3Options& options = account_.options();
    const std::string url = s3_url(options, call.place.bucket);
    const std::string path = fmt::format("{}/{}", folder_of(url), encode_path(call.place.key));
    const std::string query = canonical_query(call.query);
    Signable signable{.method = call.method,
                      .path = path,
                      .query = call.query,
                      .headers = call.headers,
                      .payload_hash = sha256_hex(call.body),
                      .path_rule = PathRule::AsSent};
    signable.headers.push_back({"Host", std::string(host_of(url))});
    signable.headers.push_back({"x-amz-content-sha256", signable.payload_hash});
    const HttpRequest request{
        .method = call.method,
        .url = fmt::format("{}{}{}{}", url.substr(0, url.size() - folder_of(url).size()), path,
                           query.empty() ? "" : "?", query),
        .headers = sign(signable, {region_of(options, call.place.bucket), "s3", account_.aws_now()},
                        *credentials),
        .large_body = call.body,
        .into = call.into,
        .stall = std::max(options.stall, call.patience)};
    auto answer = http_.send(request, account_.left(call.patience));
    if (!answer && answer.error().kind == HttpFailure::Kind::BadRequest)
        return std::unexpected(S3Failure{
            Kind::Refused, fmt::format("{}: {}", to_string(call.place), answer.error().reason)});
    if (!answer)
        return Reply{.message = answer.error().reason};
    Reply reply{.response = std::move(*answer)};
    // A complete that fails late has status 200 and an error in its body.
    if (auto error = document_of(reply.response.body, "Error")) {
        constexpr std::size_t longest = 1000;
        reply.code = printable(error->document_element().child_value("Code"));
        reply.message =
            without_secrets(error->document_element().child_value("Message"), *credentials)
                .substr(0, longest);
    }
    return reply;
}

/// Whether the answer names a cause that could be mended, and was not yet in this call.
bool S3::correct(const Reply& reply, Tries& tries) {
    const int status = reply.response.status;
    // The answer to a HEAD has no body that says why.
    const bool silent = reply.code.empty() && (status == 400 || status == 403);
    const std::string_view date = reply.response.header("date");
    if ((may_be_clock(reply.code) || silent) && !tries.clock &&
        clock_offset(date, account_.aws_now())) {
        account_.correct_clock(
            clock_offset(date, account_.surroundings().now()).value_or(std::chrono::seconds{0}));
        return tries.clock = true;
    }
    if ((are_expired(reply.code) || silent) && !tries.credentials) {
        account_.forget_credentials();
        return tries.credentials = true;
    }
    return is_corrupt(reply.code) && ++tries.corrupt < tries_of_corrupt;
}

/// Null where the answer is good; else why it is none, or that it will not become one.
std::optional<S3Failure> S3::verdict(const Call& call, const Reply& reply) const {
    const int status = reply.response.status;
    const std::string place = to_string(call.place);
    if (is_corrupt(reply.code))
        return S3Failure{Kind::Corrupt, fmt::format("{}: {}", place, reply.text())};
    if (status == 0 || may_succeed_later(status, reply.code))
        return S3Failure{Kind::NoAnswer, reply.text()};
    if (status / 100 != 2 || !reply.code.empty()) {
        const Kind kind = kind_of(status, reply.code);
        return S3Failure{kind, sentence(kind, place, reply.text())};
    }
    if (reply.response.received != call.into.size())
        return S3Failure{Kind::NoAnswer, fmt::format("{} bytes came, {} were asked for",
                                                     reply.response.received, call.into.size())};
    return std::nullopt;
}

S3Result<HttpResponse> S3::ask(const Call& call) {
    for (Tries tries;; ++tries.count) {
        auto reply = ask_once(call);
        if (!reply)
            return std::unexpected(std::move(reply.error()));
        auto bad = verdict(call, *reply);
        if (!bad)
            return std::move(reply->response);
        if (correct(*reply, tries))
            continue;
        if (bad->kind != Kind::NoAnswer)
            return std::unexpected(std::move(*bad));
        const auto pause = pause_after(tries.count, account_.surroundings().random(),
                                       reply->response.header("retry-after"));
        if (pause >= account_.left() || account_.stopped())
            return std::unexpected(S3Failure{
                Kind::NoAnswer, fmt::format("{}: asked {} times, at last: {}",
                                            to_string(call.place), tries.count, bad->message)});
        account_.surroundings().sleep(pause);
    }
}

S3Result<ObjectFacts> S3::head(const S3Place& place) {
    const auto answer =
        ask({.method = "HEAD", .place = place, .headers = {{"x-amz-checksum-mode", "ENABLED"}}});
    if (!answer)
        return std::unexpected(answer.error());
    ObjectFacts facts = facts_of(*answer);
    if (facts.etag.empty())
        return odd_answer(to_string(place));
    return facts;
}

S3Result<std::uint64_t> S3::first_part_size(const S3Place& place) {
    const auto answer = ask({.method = "HEAD", .place = place, .query = {{"partNumber", "1"}}});
    if (!answer)
        return std::unexpected(answer.error());
    return number_of(answer->header("content-length"));
}

S3Result<ObjectFacts> S3::get(const S3Place& place, const std::string& etag,
                              std::optional<ByteRange> range, std::span<char> into) {
    Call call{.method = "GET", .place = place, .headers = {{"If-Match", etag}}, .into = into};
    if (range)
        call.headers.push_back(
            {"Range", fmt::format("bytes={}-{}", range->begin, range->begin + range->size - 1)});
    else
        call.headers.push_back({"x-amz-checksum-mode", "ENABLED"});
    const auto answer = ask(call);
    if (!answer)
        return std::unexpected(answer.error());
    return facts_of(*answer);
}

S3Result<ListPage> S3::list(const std::string& bucket, const std::string& prefix,
                            const std::string& next) {
    Call call{.method = "GET",
              .place = {bucket, ""},
              .query = {{"list-type", "2"}, {"prefix", prefix}, {"encoding-type", "url"}}};
    if (!next.empty())
        call.query.emplace_back("continuation-token", next);
    const auto answer = ask(call);
    if (!answer)
        return std::unexpected(answer.error());
    const auto document = document_of(answer->body, "ListBucketResult");
    if (!document)
        return odd_answer(to_string(call.place));
    const pugi::xml_node root = document->document_element();
    const bool encoded = std::string_view(root.child_value("EncodingType")) == "url";
    ListPage page;
    for (const pugi::xml_node entry : root.children("Contents")) {
        const std::string_view key = entry.child_value("Key");
        page.objects.push_back({.key = encoded ? decoded(key) : std::string(key),
                                .size = number_of(entry.child_value("Size")),
                                .etag = entry.child_value("ETag"),
                                .archived = is_archive(entry.child_value("StorageClass"))});
    }
    if (std::string_view(root.child_value("IsTruncated")) == "true")
        page.next = root.child_value("NextContinuationToken");
    return page;
}

/// Of a request that makes an object.
std::vector<Header> S3::encryption(const std::string& bucket) const {
    const S3Options& options = account_.options();
    const std::string& key = options.kms_key;
    if (key.empty() || region_of(options, bucket) != options.region)
        return {}; // a key is of one region
    return {{"x-amz-server-side-encryption", "aws:kms"},
            {"x-amz-server-side-encryption-aws-kms-key-id", key}};
}

S3Result<std::string> S3::put(const S3Place& place, std::string_view body,
                              const std::string& crc64nvme) {
    Call call{.method = "PUT", .place = place, .headers = encryption(place.bucket), .body = body};
    call.headers.push_back({"x-amz-checksum-crc64nvme", crc64nvme});
    const auto answer = ask(call);
    if (!answer)
        return std::unexpected(answer.error());
    return std::string(answer->header("etag"));
}

S3Result<std::string> S3::begin_upload(const S3Place& place) {
    Call call{.method = "POST",
              .place = place,
              .query = {{"uploads", ""}},
              .headers = encryption(place.bucket)};
    call.headers.push_back({"x-amz-checksum-algorithm", "CRC64NVME"});
    call.headers.push_back({"x-amz-checksum-type", "FULL_OBJECT"});
    const auto answer = ask(call);
    if (!answer)
        return std::unexpected(answer.error());
    const auto document = document_of(answer->body, "InitiateMultipartUploadResult");
    std::string id = document ? document->document_element().child_value("UploadId") : "";
    if (id.empty())
        return odd_answer(to_string(place));
    return id;
}

S3Result<std::string> S3::put_part(const S3Place& place, const std::string& upload, int number,
                                   std::string_view body, const std::string& crc64nvme) {
    const auto answer =
        ask({.method = "PUT",
             .place = place,
             .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload}},
             .headers = {{"x-amz-checksum-crc64nvme", crc64nvme}},
             .body = body});
    if (!answer)
        return std::unexpected(answer.error());
    return std::string(answer->header("etag"));
}

S3Result<std::string> S3::complete_upload(const S3Place& place, const std::string& upload,
                                          std::span<const UploadedPart> parts,
                                          const std::string& crc64nvme) {
    std::string body = "<CompleteMultipartUpload>";
    for (const UploadedPart& part : parts)
        body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag>"
                            "<ChecksumCRC64NVME>{}</ChecksumCRC64NVME></Part>",
                            part.number, escaped(part.etag), part.crc64nvme);
    body += "</CompleteMultipartUpload>";
    const auto answer = ask({.method = "POST",
                             .place = place,
                             .query = {{"uploadId", upload}},
                             .headers = {{"x-amz-checksum-crc64nvme", crc64nvme},
                                         {"x-amz-checksum-type", "FULL_OBJECT"}},
                             .body = body,
                             .patience = time_to_complete});
    if (!answer)
        return std::unexpected(answer.error());
    const auto document = document_of(answer->body, "CompleteMultipartUploadResult");
    if (!document)
        return odd_answer(to_string(place));
    return std::string(document->document_element().child_value("ETag"));
}

S3Result<std::map<int, std::string>> S3::parts_of(const S3Place& place, const std::string& upload) {
    std::map<int, std::string> parts;
    for (std::string marker = "0"; !marker.empty();) {
        const auto answer = ask({.method = "GET",
                                 .place = place,
                                 .query = {{"uploadId", upload}, {"part-number-marker", marker}}});
        if (!answer)
            return std::unexpected(answer.error());
        const auto document = document_of(answer->body, "ListPartsResult");
        if (!document)
            return odd_answer(to_string(place));
        const pugi::xml_node root = document->document_element();
        for (const pugi::xml_node part : root.children("Part"))
            parts[static_cast<int>(number_of(part.child_value("PartNumber")))] =
                part.child_value("ETag");
        const bool more = std::string_view(root.child_value("IsTruncated")) == "true";
        marker = more ? root.child_value("NextPartNumberMarker") : "";
    }
    return parts;
}

S3Result<void> S3::abort_upload(const S3Place& place, const std::string& upload) {
    const auto answer = ask({.method = "DELETE", .place = place, .query = {{"uploadId", upload}}});
    if (!answer && answer.error().kind != Kind::NoUpload)
        return std::unexpected(answer.error());
    return {};
}

} // namespace fairlead::aws
