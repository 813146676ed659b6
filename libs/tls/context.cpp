#include "tls/context.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <iterator>
#include <vector>

#include "base/assert.h"

namespace whoosh::tls {
namespace {

using base::Error;
using base::ErrorCode;

template <class T, void (*free_it)(T*)>
struct Freer {
  void operator()(T* it) const { free_it(it); }
};
template <class T, void (*free_it)(T*)>
using Owned = std::unique_ptr<T, Freer<T, free_it>>;
using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedX509 = Owned<X509, X509_free>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;

constexpr std::size_t file_bytes_max = 256 * 1024;
constexpr int strength_bits_min = 112;  // RSA 2048, NIST SP 800-57 part 1 table 2
constexpr char ciphers_12[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr char ciphers_13[] =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
// The first is for OpenSSL 3.5 and later, which know the post-quantum hybrid.
constexpr const char* groups[] = {"X25519MLKEM768:X25519:P-256:P-384", "X25519:P-256:P-384"};
constexpr unsigned char alpn[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// What OpenSSL said last, as a clause.
std::string reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* const text = ERR_reason_error_string(code);
  ERR_clear_error();
  return text == nullptr ? "no reason is known" : text;
}

Error wrong(const std::string& path, std::string_view what) {
  ERR_clear_error();
  return {ErrorCode::invalid_input, fmt::format("{}: {}.", path, what)};
}

void close_file(std::FILE* file) {
  std::fclose(file);  // was only read
}

base::Result<std::string> read_file(const std::string& path) {
  const Owned<std::FILE, close_file> file(std::fopen(path.c_str(), "rbe"));
  if (!file) return wrong(path, std::strerror(errno));
  std::string text(file_bytes_max + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return wrong(path, std::strerror(errno));
  if (text.empty()) return wrong(path, "the file is empty");
  if (text.size() > file_bytes_max) return wrong(path, "too large for a certificate or key");
  return text;
}

OwnedBio reader_of(const std::string& text) {
  return OwnedBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

base::Result<std::vector<OwnedX509>> read_chain(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return text.error();
  const OwnedBio in = reader_of(*text);
  std::vector<OwnedX509> chain;
  while (X509* const one = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr))
    chain.emplace_back(one);
  const unsigned long end = ERR_peek_last_error();
  if (chain.empty()) return wrong(path, "there is no certificate in it (PEM is needed)");
  if (ERR_GET_REASON(end) != PEM_R_NO_START_LINE)
    return wrong(path, fmt::format("certificate {} is damaged", chain.size() + 1));
  ERR_clear_error();
  return chain;
}

int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return 0;
}

base::Result<OwnedKey> read_key(const std::string& path) {
  auto text = read_file(path);
  if (!text) return text.error();
  const OwnedBio in = reader_of(*text);
  bool is_protected = false;
  OwnedKey key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, &is_protected));
  OPENSSL_cleanse(text->data(), text->size());
  if (key) return key;
  return wrong(path, is_protected ? "the private key is protected by a passphrase; give one without"
                                  : "there is no private key in it (PEM is needed)");
}

base::UnixMs time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {0};
  return {static_cast<std::int64_t>(::timegm(&parts)) * 1000};
}

std::string subject_of(X509* certificate) {
  const OwnedBio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string("no name");
}

Certificate describe(const std::vector<OwnedX509>& chain, EVP_PKEY* key) {
  Certificate out;
  X509* const own = chain.front().get();
  out.subject = subject_of(own);
  out.key = fmt::format("{} {}", EVP_PKEY_get0_type_name(key), EVP_PKEY_get_bits(key));
  out.not_before = time_of(X509_get0_notBefore(own));
  out.not_after = time_of(X509_get0_notAfter(own));
  for (const OwnedX509& one : chain)
    out.not_after.value =
        std::min(out.not_after.value, time_of(X509_get0_notAfter(one.get())).value);
  return out;
}

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size,
                const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, alpn, sizeof alpn, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 section 3.2
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// ---- tickets -----------------------------------------------------------------------------------

// The context owns a share of the keys: sessions outlive the Context that made them.
using SharedKeys = std::shared_ptr<TicketKeys>;

void free_keys(void*, void* keys, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<SharedKeys*>(keys);
}

int keys_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_keys);
  return index;
}

bool start_mac(EVP_MAC_CTX* mac, TicketKeys::Key& key) {
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  return EVP_MAC_CTX_set_params(mac, params) == 1;
}

// SSL_CTX_set_tlsext_ticket_key_evp_cb(3).
int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int sealing) {
  auto& keys = *static_cast<SharedKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), keys_index()));
  if (sealing == 1) {
    auto key = keys->sealing();
    if (!key || RAND_bytes(iv, EVP_MAX_IV_LENGTH) != 1) return 0;
    std::copy(key->name.begin(), key->name.end(), name);
    const int begun =
        EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv);
    return begun == 1 && start_mac(mac, *key) ? 1 : -1;
  }
  auto found = keys->opening(std::span<const unsigned char, 16>(name, 16));
  if (!found) return 0;
  const int begun =
      EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, found->key.cipher.data(), iv);
  if (begun != 1 || !start_mac(mac, found->key)) return -1;
  return found->is_former ? 2 : 1;
}

void set_common(SSL_CTX* context) {
  bool good = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
              SSL_CTX_set_cipher_list(context, ciphers_12) == 1 &&
              SSL_CTX_set_ciphersuites(context, ciphers_13) == 1;
  good = good && std::any_of(std::begin(groups), std::end(groups), [&](const char* list) {
           return SSL_CTX_set1_groups_list(context, list) == 1;
         });
  ERR_clear_error();
  ASSERT(good);
  SSL_CTX_set_security_level(context, 2);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // Buffers of 16 KiB are given back whenever they are empty: an idle session has none.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

}  // namespace

Context::Context() : native_(SSL_CTX_new(TLS_method())) {
  ASSERT(native_ != nullptr);
  set_common(native_);
}

Context::~Context() {
  SSL_CTX_free(native_);
}

base::Result<ContextPtr> Context::server(const CertificateFiles& files,
                                         std::shared_ptr<TicketKeys> tickets) {
  auto chain = read_chain(files.certificate);
  if (!chain) return chain.error();
  auto key = read_key(files.key);
  if (!key) return key.error();
  std::shared_ptr<Context> made(new Context());
  SSL_CTX* const context = made->native_;
  X509* const own = chain->front().get();
  if (EVP_PKEY_get_security_bits(key->get()) < strength_bits_min) {
    return wrong(files.key,
                 fmt::format("a key of {} {} bits is too weak; RSA needs 2048 or more",
                             EVP_PKEY_get0_type_name(key->get()), EVP_PKEY_get_bits(key->get())));
  }
  if (X509_check_private_key(own, key->get()) != 1) {
    return wrong(files.key, fmt::format("the private key is not the one of the certificate in {}",
                                        files.certificate));
  }
  if (SSL_CTX_use_certificate(context, own) != 1 ||
      SSL_CTX_use_PrivateKey(context, key->get()) != 1)
    return wrong(files.certificate, "the certificate can't be used: " + reason());
  for (std::size_t i = 1; i < chain->size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, (*chain)[i].get()) != 1)
      return wrong(files.certificate,
                   fmt::format("certificate {} can't be used: {}", i + 1, reason()));
  }
  SSL_CTX_set_alpn_select_cb(context, choose_alpn, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, TicketKeys::lifetime_ms / 1000);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_ex_data(context, keys_index(), new SharedKeys(std::move(tickets)));
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
  made->certificate_ = describe(*chain, key->get());
  return ContextPtr(std::move(made));
}

base::Result<ContextPtr> Context::client(const Trust& trust) {
  std::shared_ptr<Context> made(new Context());
  SSL_CTX* const context = made->native_;
  SSL_CTX_set_alpn_protos(context, alpn, sizeof alpn);
  SSL_CTX_set_verify(context, trust.anybody ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  if (trust.anybody) return ContextPtr(std::move(made));
  const int loaded = trust.ca_file.empty()
                         ? SSL_CTX_set_default_verify_paths(context)
                         : SSL_CTX_load_verify_file(context, trust.ca_file.c_str());
  if (loaded != 1) return wrong(trust.ca_file, "no certificates to trust can be read: " + reason());
  return ContextPtr(std::move(made));
}

}  // namespace whoosh::tls
