// For tests: a certificate authority of the test's own, made in memory and written to a folder that
// goes with it, and certificates of it, good and bad.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "tls/context.h"

namespace whoosh::tls {

class TestAuthority {
 public:
  struct Asked {
    std::string key = "EC";     // "EC", or "RSA" of `bits`
    unsigned bits = 3072;       // of an RSA key
    long begins_s = -3600;      // from now
    long ends_s = 90L * 86400;  // from now
    std::string passphrase = {};
    std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  };

  TestAuthority() {
    std::string pattern = (std::filesystem::temp_directory_path() / "whoosh-tls-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for a test");
    folder_ = pattern;
    key_ = make_key({});
    certificate_ = make_certificate({}, key_.get(), "Whoosh test authority", true);
    write_certificate(ca_file(), certificate_.get());
  }
  ~TestAuthority() {
    std::error_code ignored;  // the test is over
    std::filesystem::remove_all(folder_, ignored);
  }
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::string ca_file() const { return (folder_ / "ca.pem").string(); }

  // A new pair in <folder>/<name>.pem and <name>.key, over what is there.
  CertificateFiles issue(const std::string& name, const Asked& asked) {
    const CertificateFiles files{(folder_ / (name + ".pem")).string(),
                                 (folder_ / (name + ".key")).string()};
    const Key key = make_key(asked);
    const auto certificate = make_certificate(asked, key.get(), name, false);
    write_certificate(files.certificate, certificate.get());
    write_key(files.key, key.get(), asked.passphrase);
    return files;
  }
  CertificateFiles issue(const std::string& name) { return issue(name, Asked{}); }

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
  };
  struct FreeX509 {
    void operator()(X509* it) const { X509_free(it); }
  };
  using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
  using Signed = std::unique_ptr<X509, FreeX509>;

  static Key make_key(const Asked& asked) {
    if (asked.key == "RSA") return Key(EVP_RSA_gen(asked.bits));
    return Key(EVP_EC_gen("P-256"));
  }

  Signed make_certificate(const Asked& asked, EVP_PKEY* key, const std::string& name, bool is_ca) {
    Signed made(X509_new());
    X509* const it = made.get();
    X509_set_version(it, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(it), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(it), asked.begins_s);
    X509_gmtime_adj(X509_getm_notAfter(it), asked.ends_s);
    X509_set_pubkey(it, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(it), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509* const issuer = is_ca ? it : certificate_.get();
    X509_set_issuer_name(it, X509_get_subject_name(issuer));
    extend(it, issuer, NID_basic_constraints, is_ca ? "critical,CA:TRUE" : "CA:FALSE");
    extend(it, issuer, NID_subject_key_identifier, "hash");
    if (!is_ca) extend(it, issuer, NID_subject_alt_name, asked.names.c_str());
    if (X509_sign(it, key_ ? key_.get() : key, EVP_sha256()) == 0)
      throw std::runtime_error("a certificate can't be signed");
    return made;
  }

  static void extend(X509* it, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, it, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    if (extension == nullptr || X509_add_ext(it, extension, -1) != 1)
      throw std::runtime_error("an extension can't be made");
    X509_EXTENSION_free(extension);
  }

  static void write_certificate(const std::string& path, X509* it) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    if (file == nullptr || PEM_write_X509(file, it) != 1 || std::fclose(file) != 0)
      throw std::runtime_error(path + " can't be written");
  }
  static void write_key(const std::string& path, EVP_PKEY* it, const std::string& passphrase) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    const auto* const word = reinterpret_cast<const unsigned char*>(passphrase.data());
    const EVP_CIPHER* const cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
    if (file == nullptr ||
        PEM_write_PrivateKey(file, it, cipher, passphrase.empty() ? nullptr : word,
                             static_cast<int>(passphrase.size()), nullptr, nullptr) != 1 ||
        std::fclose(file) != 0)
      throw std::runtime_error(path + " can't be written");
  }

  std::filesystem::path folder_;
  Key key_;
  Signed certificate_;
  long serial_ = 0;
};

}  // namespace whoosh::tls
