// Keys that change while the process runs: a rotation without a restart.
//
//   KeyReader   what the key files say, when they say something new. One thread at a time.
//   KeyWatch    gives it to the authority: looks every period_ms, and at once when reload() is
//               called (SIGHUP). A thread of its own; owned by the role, outlived by the authority.
//
// A file counts as changed when its inode, size or time is another, symbolic links followed:
// Kubernetes swaps a link when a secret changes. Files that can't be read leave the former keys in
// use; that is logged once and is the metric whoosh_keys_stale. It is not in /readyz: a process
// with the former keys serves well, and one bad secret must not take all of them off at once.
//
// Who signs: the first private key that is settled, which is: known for settle_ms. A key that is
// there at the start is known since its file was written; one that comes later since it was first
// seen, however old its file is. So when several processes get a new key at slightly different
// times, each can check its tokens before the first is made. When none is settled the last signs,
// which is most likely the oldest: the others have it if anybody has. settle_ms = 0 (one process
// alone): the first one signs.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "auth/tokens.h"
#include "metrics/exposition.h"
#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "services/role/file_stamp.h"

namespace whoosh::role {

struct KeySource {
  // Paths, the preferred signer first. At most auth::keys_max of them are used.
  std::function<base::Result<std::vector<std::string>>()> files;
  std::int64_t settle_ms = 0;
  bool needs_private = false;  // public keys alone are an error
};

class KeyReader {
 public:
  // `clock` outlives it.
  KeyReader(KeySource source, const runtime::Clock& clock);

  // nullptr: nothing has changed since the last set, and it needs no other signer. `always`: reads
  // the files also when they look as before. Errors: one sentence that names the file; the next
  // call tries again.
  [[nodiscard]] base::Result<std::shared_ptr<const auth::KeySet>> read(bool always = false);
  // In how many ms a key becomes the signer, if one will; else a negative number.
  [[nodiscard]] std::int64_t settles_in_ms() const;

 private:
  void get_to_know(const std::vector<auth::KeySet::Listed>& keys,
                   const std::vector<FileStamp>& stamps);
  [[nodiscard]] std::string signer() const;

  const KeySource source_;
  const runtime::Clock& clock_;
  bool is_first_ = true;
  bool is_current_ = false;  // stamps_ and keys_ are of what was read last
  std::vector<FileStamp> stamps_;
  std::vector<auth::KeySet::Listed> keys_;
  std::map<std::string, std::int64_t> known_since_ms_;  // by kid; monotonic
  std::string signing_;
};

class KeyWatch {
 public:
  // `reader` has made the set that `authority` began with.
  KeyWatch(std::unique_ptr<KeyReader> reader, auth::TokenAuthority& authority,
           std::int64_t period_ms = 10'000);

  // Reads the files now, on the watch's thread. Any thread.
  void reload();
  void stop() { thread_.stop(); }
  // Any thread.
  void collect(metrics::Exposition& out) const;

 private:
  void look(bool always);
  std::int64_t turn();

  const std::int64_t period_ms_;
  const std::unique_ptr<KeyReader> reader_;
  auth::TokenAuthority& authority_;
  std::string complaint_;  // as last logged; "": all is well
  std::atomic<std::int64_t> reloads_{0};
  std::atomic<bool> is_stale_{false};
  runtime::LoopThread thread_;  // last: runs over all of the above
};

}  // namespace whoosh::role
