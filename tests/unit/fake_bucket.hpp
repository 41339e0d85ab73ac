/// The bucket "lab" of an S3 in memory, which believes every signature; for tests of what is asked.
#pragma once

#include "aws/s3.hpp"
#include "fake_imds.hpp"
#include "stage/etag.hpp"

#include <map>
#include <openssl/evp.h>

namespace fairlead::test {

class FakeBucket {
  public:
    struct Object {
        std::string content;
        std::string etag; ///< without quotes
    };
    using Md5 = std::array<unsigned char, 16>;

    std::map<std::string, Object> objects;
    std::map<std::string, std::map<int, std::string>> uploads; ///< parts, by id
    std::vector<std::string> asked;                            ///< "GET a?x"
    std::function<std::string(const std::string& line)> spoil; ///< an answer instead, if not empty

    void put(const std::string& key, const std::string& content) {
        objects[key] = {content, stage::etag_of(std::array<Md5, 1>{md5_of(content)}, false)};
    }

    aws::S3Account& account() { return account_; }
    aws::S3& s3() { return s3_; }

  private:
    static Md5 md5_of(const std::string& text) {
        Md5 digest{};
        EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_md5(), nullptr);
        return digest;
    }

    static std::string reply(int status, const std::string& headers, const std::string& body) {
        return "HTTP/1.1 " + std::to_string(status) + " X\r\nConnection: close\r\n" + headers +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    static std::string error(int status, const std::string& code) {
        return reply(status, "", "<Error><Code>" + code + "</Code></Error>");
    }
    static std::string between(const std::string& text, const std::string& begin,
                               const std::string& end) {
        const auto at = text.find(begin);
        if (at == std::string::npos)
            return {};
        const auto from = at + begin.size();
        return text.substr(from, text.find(end, from) - from);
    }

    std::string answer(const std::string& request) {
        const std::string method = request.substr(0, request.find(' '));
        const std::string path = between(request, " /lab/", " ");
        const std::string key = path.substr(0, path.find('?'));
        const std::string body = request.substr(request.find("\r\n\r\n") + 4);
        asked.push_back(method + " " + path);
        if (spoil)
            if (auto instead = spoil(asked.back()); !instead.empty())
                return instead;
        if (path.find("uploads=") != std::string::npos)
            return begun();
        if (const auto id = between(path + "&", "uploadId=", "&"); !id.empty())
            return of_upload(method, key, path, id, body);
        if (method == "PUT")
            put(key, body);
        if (key.empty())
            return listed(between(path + "&", "prefix=", "&"));
        return objects.contains(key) ? got(objects.at(key), method, request)
                                     : error(404, "NoSuchKey");
    }

    static std::string got(const Object& object, const std::string& method,
                           const std::string& request) {
        const std::string etag = "ETag: \"" + object.etag + "\"\r\n";
        if (method != "GET")
            return reply(200, etag, method == "HEAD" ? object.content : "");
        if (between(request, "If-Match: \"", "\"") != object.etag)
            return error(412, "PreconditionFailed");
        const std::string range = between(request, "Range: bytes=", "\r\n");
        if (range.empty())
            return reply(200, etag, object.content);
        const std::size_t begin = std::stoul(range),
                          end = std::stoul(range.substr(range.find('-') + 1)) + 1;
        return reply(206, etag, object.content.substr(begin, end - begin));
    }

    std::string begun() {
        const std::string id = "u" + std::to_string(uploads.size() + 1);
        uploads[id];
        return reply(200, "",
                     "<InitiateMultipartUploadResult><UploadId>" + id +
                         "</UploadId></InitiateMultipartUploadResult>");
    }

    std::string of_upload(const std::string& method, const std::string& key,
                          const std::string& path, const std::string& id, const std::string& body) {
        if (!uploads.contains(id))
            return error(404, "NoSuchUpload");
        auto& parts = uploads.at(id);
        const auto etag = [](const std::string& part) {
            return stage::etag_of(std::array<Md5, 1>{md5_of(part)}, false);
        };
        if (method == "PUT") {
            parts[std::stoi(between(path, "partNumber=", "&"))] = body;
            return reply(200, "ETag: \"" + etag(body) + "\"\r\n", "");
        }
        if (method == "GET") {
            std::string list = "<ListPartsResult>";
            for (const auto& [number, part] : parts)
                list += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" +
                        etag(part) + "</ETag></Part>";
            return reply(200, "", list + "</ListPartsResult>");
        }
        if (method == "POST")
            return completed(key, id, body);
        uploads.erase(id);
        return reply(204, "", "");
    }

    std::string completed(const std::string& key, const std::string& id, const std::string& body) {
        std::string content;
        std::vector<Md5> md5s;
        for (const auto& [number, part] : uploads.at(id)) {
            content += part;
            md5s.push_back(md5_of(part));
        }
        std::size_t asked_for = 0;
        for (auto at = body.find("<Part>"); at != std::string::npos;
             at = body.find("<Part>", at + 1))
            ++asked_for;
        if (asked_for != md5s.size())
            return error(400, "InvalidPart");
        objects[key] = {content, stage::etag_of(md5s, true)};
        uploads.erase(id);
        return reply(200, "",
                     "<CompleteMultipartUploadResult><ETag>" + objects[key].etag +
                         "</ETag></CompleteMultipartUploadResult>");
    }

    std::string listed(std::string prefix) {
        for (auto at = prefix.find("%2F"); at != std::string::npos; at = prefix.find("%2F"))
            prefix.replace(at, 3, "/");
        std::string list = "<ListBucketResult>";
        for (const auto& [key, object] : objects)
            if (key.starts_with(prefix))
                list += "<Contents><Key>" + key + "</Key><Size>" +
                        std::to_string(object.content.size()) + "</Size><ETag>&quot;" +
                        object.etag + "&quot;</ETag></Contents>";
        return reply(200, "", list + "</ListBucketResult>");
    }

    FakeImds fake_{[this](const std::string& request) { return answer(request); }};
    aws::S3Account account_{
        {.region = "us-east-1", .endpoint = fake_.endpoint(), .deadline = std::chrono::seconds(60)},
        aws::CredentialSource{[](aws::milliseconds) -> Result<aws::Credentials> {
            return aws::Credentials{.access_key_id = "AKID", .secret_access_key = aws::Secret("s")};
        }}};
    aws::S3 s3_{account_};
};

} // namespace fairlead::test
