#include "auth/keys.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/encoding.h"
#include "base/json_writer.h"

namespace whoosh::auth {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using PkeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using BignumPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;

constexpr std::size_t pem_bytes_max = 16 * 1024;

base::Error trouble(std::string sentence) {
  ERR_clear_error();
  return {base::ErrorCode::internal, std::move(sentence)};
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// No passphrase is ever asked for: an encrypted key fails to parse.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

PkeyPtr parse_pem(const std::string& pem, bool is_private) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return nullptr;
  return PkeyPtr(is_private ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)
                            : PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
}

// Big-endian without leading zeros, base64url: what RFC 7518 section 6.3 wants. "" on failure.
std::string number_param(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
  const BignumPtr number(raw);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(raw)), '\0');
  BN_bn2bin(raw, reinterpret_cast<unsigned char*>(bytes.data()));
  return base::base64url(bytes);
}

std::string thumbprint(std::string_view n, std::string_view e) {
  const std::string members = fmt::format(R"({{"e":"{}","kty":"RSA","n":"{}"}})", e, n);
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(bytes_of(members), members.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return base::base64url(digest);
}

// RS256, ready to verify: copying this costs less than finding the algorithms by name each time.
PkeyCtxPtr verifier_of(EVP_PKEY* key) {
  PkeyCtxPtr context(EVP_PKEY_CTX_new(key, nullptr));
  const bool ready = context && EVP_PKEY_verify_init(context.get()) == 1 &&
                     EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
                     EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1;
  return ready ? std::move(context) : nullptr;
}

base::Result<std::string> read_key_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return trouble(fmt::format("The key file {} can't be read: {}.", path, std::strerror(errno)));
  }
  std::ifstream file(path, std::ios::binary);
  std::string pem(pem_bytes_max + 1, '\0');
  file.read(pem.data(), static_cast<std::streamsize>(pem.size()));
  pem.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad() || pem.empty())
    return trouble(fmt::format("The key file {} can't be read.", path));
  if (pem.size() > pem_bytes_max) return trouble(fmt::format("{} is too large for a key.", path));
  const bool is_public = pem.find("-----BEGIN PUBLIC KEY") != std::string::npos;
  if (!is_public && (info.st_mode & S_IROTH) != 0) {
    return trouble(fmt::format(
        "Everybody on this machine may read the private key {}. Run: chmod 600 {}", path, path));
  }
  return pem;
}

}  // namespace

struct KeySet::Key {
  std::string kid;
  std::string n;
  std::string e;
  PkeyPtr key;
  PkeyCtxPtr verifier;  // never used itself, only copied: threads share it
  bool is_private = false;
};

KeySet::KeySet() = default;
KeySet::~KeySet() = default;
KeySet::KeySet(KeySet&&) noexcept = default;
KeySet& KeySet::operator=(KeySet&&) noexcept = default;

base::Result<KeySet> KeySet::load(std::span<const std::string> paths) {
  KeySet set;
  for (const std::string& path : paths) {
    const auto pem = read_key_file(path);
    if (!pem) return pem.error();
    if (const auto added = set.add(*pem, path); !added) return added.error();
  }
  if (set.keys_.empty()) return trouble("No key file was given.");
  set.write_jwks();
  return set;
}

base::Result<KeySet> KeySet::from_pem(std::span<const std::string> pems) {
  KeySet set;
  for (const std::string& pem : pems) {
    if (const auto added = set.add(pem, "a given PEM text"); !added) return added.error();
  }
  if (set.keys_.empty()) return trouble("No key was given.");
  set.write_jwks();
  return set;
}

base::Result<> KeySet::add(const std::string& pem, const std::string& origin) {
  if (keys_.size() == keys_max) return trouble(fmt::format("At most {} keys at once.", keys_max));
  auto key = std::make_unique<Key>();
  key->is_private = pem.find("PRIVATE KEY") != std::string::npos;
  key->key = parse_pem(pem, key->is_private);
  if (!key->key) return trouble(fmt::format("{} holds no unencrypted PEM key.", origin));
  if (EVP_PKEY_get_base_id(key->key.get()) != EVP_PKEY_RSA) {
    return trouble(fmt::format("The key in {} is not RSA.", origin));
  }
  const int bits = EVP_PKEY_get_bits(key->key.get());
  if (bits < rsa_bits_min || bits > rsa_bits_max) {
    return trouble(fmt::format("The key in {} has {} bits; {} to {} are allowed.", origin, bits,
                               rsa_bits_min, rsa_bits_max));
  }
  key->n = number_param(key->key.get(), OSSL_PKEY_PARAM_RSA_N);
  key->e = number_param(key->key.get(), OSSL_PKEY_PARAM_RSA_E);
  key->verifier = verifier_of(key->key.get());
  if (key->n.empty() || key->e.empty() || !key->verifier) {
    return trouble(fmt::format("The key in {} has no public numbers.", origin));
  }
  key->kid = thumbprint(key->n, key->e);
  if (knows(key->kid)) return trouble(fmt::format("The key in {} was given twice.", origin));
  keys_.push_back(std::move(key));
  if (signer_ == nullptr && keys_.back()->is_private) signer_ = keys_.back().get();
  return {};
}

std::string_view KeySet::signing_kid() const {
  return signer_ == nullptr ? std::string_view() : std::string_view(signer_->kid);
}

bool KeySet::sign_with(std::string_view kid) {
  const Key* const key = find(kid);
  if (key == nullptr || !key->is_private) return false;
  signer_ = key;
  return true;
}

std::vector<KeySet::Listed> KeySet::list() const {
  std::vector<Listed> out;
  for (const auto& key : keys_) out.push_back({key->kid, key->is_private});
  return out;
}

const KeySet::Key* KeySet::find(std::string_view kid) const {
  for (const auto& key : keys_) {
    if (key->kid == kid) return key.get();
  }
  return nullptr;
}

base::Result<std::string> KeySet::sign(std::string_view bytes) const {
  if (signer_ == nullptr) return trouble("This process has no private key and can't sign.");
  const MdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY* const key = signer_->key.get();
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes_of(bytes), bytes.size()) != 1) {
    return trouble("Signing failed.");
  }
  signature.resize(size);
  return signature;
}

bool KeySet::verify(std::string_view kid, std::string_view bytes,
                    std::string_view signature) const {
  const Key* const key = find(kid);
  if (key == nullptr) return false;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(bytes_of(bytes), bytes.size(), digest.data());
  const PkeyCtxPtr context(EVP_PKEY_CTX_dup(key->verifier.get()));
  const bool good = context && EVP_PKEY_verify(context.get(), bytes_of(signature), signature.size(),
                                               digest.data(), digest.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

void KeySet::write_jwks() {
  jwks_.clear();
  base::JsonWriter out(jwks_);
  out.begin_object().key("keys").begin_array();
  for (const auto& key : keys_) {
    out.begin_object();
    out.member("kty", "RSA").member("use", "sig").member("alg", "RS256");
    out.member("kid", key->kid).member("n", key->n).member("e", key->e);
    out.end_object();
  }
  out.end_array().end_object();
}

base::Result<std::string> make_key_pem(int bits) {
  const PkeyPtr key(EVP_RSA_gen(static_cast<unsigned int>(bits)));
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!key || !bio ||
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return trouble("Making an RSA key failed.");
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

namespace {

// Under another name first: who watches the folder never sees half a key.
base::Result<> write_private_file(const std::string& path, std::string_view text) {
  const std::string unfinished = path + ".new";
  const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return trouble(fmt::format("The key file {} can't be made: {}.", path, std::strerror(errno)));
  }
  std::size_t done = 0;
  int error = 0;
  while (done < text.size() && error == 0) {
    const ssize_t wrote = ::write(file, text.data() + done, text.size() - done);
    if (wrote >= 0)
      done += static_cast<std::size_t>(wrote);
    else if (errno != EINTR)
      error = errno;
  }
  if (error == 0 && ::fsync(file) != 0) error = errno;
  if (::close(file) != 0 && error == 0) error = errno;
  if (error == 0 && ::link(unfinished.c_str(), path.c_str()) != 0) error = errno;
  ::unlink(unfinished.c_str());
  if (error == 0) return {};
  return trouble(fmt::format("The key file {} can't be written: {}.", path, std::strerror(error)));
}

}  // namespace

base::Result<> make_key_file(const std::string& path, int bits) {
  const auto pem = make_key_pem(bits);
  if (!pem) return pem.error();
  return write_private_file(path, *pem);
}

base::Result<> make_secret_file(const std::string& path) {
  std::string random(32, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()),
                 static_cast<int>(random.size())) != 1) {
    return trouble("The system gave no random bytes.");
  }
  return write_private_file(path, base::base64url(random) + "\n");
}

base::Result<Sealer> load_sealer(std::span<const std::string> paths) {
  std::vector<std::string> secrets;
  for (const std::string& path : paths) {
    auto text = read_key_file(path);
    if (!text) return text.error();
    while (!text->empty() && std::isspace(static_cast<unsigned char>(text->back())) != 0) {
      text->pop_back();
    }
    secrets.push_back(std::move(*text));
  }
  auto sealer = Sealer::from_secrets(secrets);
  if (!sealer) return trouble(fmt::format("Second factors: {}.", sealer.error().sentence()));
  return sealer;
}

}  // namespace whoosh::auth
