// KeySet: the RSA keys that sign and check tokens. Several at once while rotating; each has the RFC
// 7638 thumbprint as its `kid`. The first private key signs, unless another is chosen; every key
// checks. So a rotation is: add the new key everywhere, sign with it once everybody has it, drop
// the old one when its last token has expired (services/role/key_watch.h does it while we run). A
// process that only checks (an edge) may be given public keys alone.
//
// Owner: whoever uses it; immutable once shared, by any threads. Keys are parsed once, here.
// Invariants: 1. at least one key, at most keys_max; 2. RSA, rsa_bits_min … rsa_bits_max bits; 3.
// kids differ. Errors: `internal` with a sentence that names the file; nothing about keys ever
// reaches a client.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/seal.h"
#include "base/result.h"

namespace whoosh::auth {

inline constexpr std::size_t keys_max = 8;
// Of keys that we make, unless the operator chooses (docs/adr/0010-key-sizes.md).
inline constexpr int rsa_bits_default = 3072;
inline constexpr int rsa_bits_min = 2048;
inline constexpr int rsa_bits_max = 8192;

class KeySet {
 public:
  // PEM files: private (PKCS#8 or PKCS#1) or public (SPKI). A private key that everybody may read
  // is refused; a group may read it, which is how mounted secrets arrive.
  [[nodiscard]] static base::Result<KeySet> load(std::span<const std::string> paths);
  [[nodiscard]] static base::Result<KeySet> from_pem(std::span<const std::string> pems);

  ~KeySet();
  KeySet(KeySet&&) noexcept;
  KeySet& operator=(KeySet&&) noexcept;

  [[nodiscard]] bool can_sign() const { return signer_ != nullptr; }
  [[nodiscard]] std::string_view signing_kid() const;  // "": public keys only
  // Before the set is shared: another of its private keys signs. False: it has no such one.
  bool sign_with(std::string_view kid);
  struct Listed {
    std::string kid;
    bool is_private = false;
  };
  [[nodiscard]] std::vector<Listed> list() const;  // in the order in which they were given
  [[nodiscard]] bool knows(std::string_view kid) const { return find(kid) != nullptr; }

  // RSASSA-PKCS1-v1_5 with SHA-256 (RS256). Error: internal, when there is no private key.
  [[nodiscard]] base::Result<std::string> sign(std::string_view bytes) const;
  // False for an unknown kid, too.
  [[nodiscard]] bool verify(std::string_view kid, std::string_view bytes,
                            std::string_view signature) const;

  // RFC 7517 key set with the public halves only; the body of /.well-known/jwks.json.
  [[nodiscard]] const std::string& jwks_json() const { return jwks_; }

 private:
  struct Key;
  KeySet();
  [[nodiscard]] base::Result<> add(const std::string& pem, const std::string& origin);
  [[nodiscard]] const Key* find(std::string_view kid) const;
  void write_jwks();

  std::vector<std::unique_ptr<Key>> keys_;
  const Key* signer_ = nullptr;
  std::string jwks_;
};

// A fresh RSA private key as PKCS#8 PEM.
[[nodiscard]] base::Result<std::string> make_key_pem(int bits = rsa_bits_default);
// Writes a fresh one to `path`, mode 0600. An existing file is an error and stays untouched.
[[nodiscard]] base::Result<> make_key_file(const std::string& path, int bits = rsa_bits_default);

// A secret of 256 bits, in the same way. For what it is: seal.h.
[[nodiscard]] base::Result<> make_secret_file(const std::string& path);
// Of such files, the newest first, with the care that keys get.
[[nodiscard]] base::Result<Sealer> load_sealer(std::span<const std::string> paths);

}  // namespace whoosh::auth
