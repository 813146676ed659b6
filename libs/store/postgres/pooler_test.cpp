// Goal: the store works behind a pooler in transaction mode, and over TLS it talks to nobody but
// the right server. Method: a real pgbouncer with two connections for six of ours; a real server
// with a certificate of an authority that the test makes with the openssl program.
#include <cstdlib>
#include <optional>
#include <set>
#include <thread>

#include "store/contract.h"
#include "store/postgres/test_server.h"

namespace whoosh::store::postgres {
namespace {

std::string pooled(const std::string& database) {
  return TestServer::get().conninfo_pooled(database);
}

TEST(PostgresPooler, IsFoundOut) {
  const TestDatabase database(TestDatabase::Content::empty);
  TestServer& server = TestServer::get();
  EXPECT_FALSE(Connection(server.direct(database.name()), Timeouts{}).is_pooled());
  EXPECT_TRUE(Connection(pooled(database.name()), Timeouts{}).is_pooled());
}

// Each statement may meet another server process, and no two of ours have one for themselves.
TEST(PostgresPooler, ManyOfOursShareAFewConnections) {
  const TestDatabase database(TestDatabase::Content::empty);
  const std::string conninfo = pooled(database.name());
  ASSERT_TRUE(migrate(conninfo));
  EXPECT_TRUE(status(conninfo).value().pending.empty());
  Options options;
  options.conninfo = conninfo;
  options.connections = 6;
  options.report = [](std::string_view sentence) { ADD_FAILURE() << sentence; };
  const std::unique_ptr<Store> store = std::move(*open(std::move(options)));
  std::vector<std::jthread> people;
  for (int person = 0; person < 6; ++person) {
    people.emplace_back([&, person] {
      for (int i = 0; i < 40; ++i) {
        NewAccount account;
        account.username = "p" + std::to_string(person) + "_" + std::to_string(i);
        account.email = account.username + "@example.org";
        account.password_hash = "x";
        const auto made = contract::await<Account>(
            [&](auto reply) { store->create_account(account, std::move(reply)); });
        ASSERT_TRUE(made) << made.error().sentence();
        const auto read = contract::await<Account>(
            [&](auto reply) { store->account(made->id, std::move(reply)); });
        ASSERT_TRUE(read) << read.error().sentence();
        EXPECT_EQ(read->username, account.username);
      }
    });
  }
  people.clear();
  Connection db(conninfo, Timeouts{});
  Rows row = db.query("SELECT count(*) FROM pg_prepared_statements");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), 0) << "nothing may be left in a session";
  EXPECT_TRUE(verify(conninfo).value().is_sound());
}

// Certificates of one authority, in a folder that everybody may read but for the key.
class Authority {
 public:
  Authority() {
    std::string name = (std::filesystem::temp_directory_path() / "whoosh_tls_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    watchdog_.emplace("rm -rf '" + folder_ + "'");
    std::filesystem::permissions(folder_, std::filesystem::perms(0755));
    run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Test authority' -keyout "
        "ca.key -out ca.crt");
  }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;
  ~Authority() { std::filesystem::remove_all(folder_); }

  // For a server called localhost.
  void issue() {
    std::ofstream(file("names")) << "subjectAltName=DNS:localhost\n";
    run("openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout server.key -out "
        "server.csr && openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial "
        "-days 2 -extfile names -out server.crt && chmod 644 server.key");
  }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_ + "/" + name; }

 private:
  void run(const std::string& command) const {
    const std::string line = "cd '" + folder_ + "' && (" + command + ") >log 2>&1";
    if (std::system(line.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }
  std::string folder_;
  std::optional<runtime::TestWatchdog> watchdog_;
};

TEST(PostgresTls, OnlyTheServerOfTheRightAuthorityAndNameIsSpokenTo) {
  const TestDatabase database(TestDatabase::Content::migrated);
  Authority ours;
  const Authority another;
  ours.issue();
  const std::string port = std::to_string(
      TestServer::get().listen_with_tls(ours.file("server.crt"), ours.file("server.key")));
  const auto conninfo = [&](const std::string& host, const std::string& root) {
    return "host=" + host + " port=" + port + " user=postgres dbname=" + database.name() +
           " sslmode=verify-full sslrootcert=" + root;
  };
  const auto opens = [](const std::string& where) {
    Options options;
    options.conninfo = where;
    options.connections = 2;
    return open(std::move(options)).has_value();
  };
  EXPECT_TRUE(opens(conninfo("localhost", ours.file("ca.crt"))));
  EXPECT_FALSE(opens(conninfo("localhost", another.file("ca.crt"))));
  EXPECT_FALSE(opens(conninfo("127.0.0.1", ours.file("ca.crt"))));
  EXPECT_FALSE(opens("host=localhost port=" + port +
                     " user=postgres sslmode=disable dbname=" + database.name()));
  Connection db(conninfo("localhost", ours.file("ca.crt")), Timeouts{});
  Rows row = db.query("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  ASSERT_TRUE(row.step());
  EXPECT_TRUE(row.flag(0));
  EXPECT_EQ(row.text(1).substr(0, 5), "TLSv1");
}

}  // namespace
}  // namespace whoosh::store::postgres
