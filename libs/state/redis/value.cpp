#include "state/redis/value.h"

#include <hiredis/hiredis.h>

#include <charconv>

#include "base/assert.h"

namespace whoosh::state::redis {

namespace {

Value value_of(const redisReply& reply) {
  Value value;
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      value.kind = Value::Kind::integer;
      value.integer = reply.integer;
      break;
    case REDIS_REPLY_STRING:
      value.kind = Value::Kind::text;
      value.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_STATUS:
      value.kind = Value::Kind::status;
      value.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_ERROR:
      value.kind = Value::Kind::error;
      value.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_ARRAY:
      value.kind = Value::Kind::array;
      value.items.reserve(reply.elements);
      for (std::size_t i = 0; i < reply.elements; ++i) {
        value.items.push_back(value_of(*reply.element[i]));
      }
      break;
    default:
      break;  // nil
  }
  return value;
}

}  // namespace

std::string_view Value::error_word() const {
  if (!is_error()) return {};
  return std::string_view(text).substr(0, text.find(' '));
}

std::optional<std::int64_t> Value::number() const {
  if (kind == Kind::integer) return integer;
  if (kind != Kind::text && kind != Kind::status) return std::nullopt;
  std::int64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (text.empty() || error != std::errc{} || end != last) return std::nullopt;
  return number;
}

const Value& Value::at(std::size_t index) const {
  static const Value none;
  return index < items.size() ? items[index] : none;
}

void Reader::Free::operator()(redisReader* reader) const {
  redisReaderFree(reader);
}

Reader::Reader() : reader_(redisReaderCreate()) {
  ASSERT(reader_ != nullptr);
}
Reader::~Reader() = default;

void Reader::feed(std::string_view bytes) {
  redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

base::Result<std::optional<Value>> Reader::next() {
  void* found = nullptr;
  if (redisReaderGetReply(reader_.get(), &found) != REDIS_OK) {
    return base::Error{base::ErrorCode::malformed, "The server does not speak Redis' protocol."};
  }
  if (found == nullptr) return std::optional<Value>();
  const std::unique_ptr<redisReply, void (*)(void*)> reply(static_cast<redisReply*>(found),
                                                           freeReplyObject);
  return std::optional<Value>(value_of(*reply));
}

std::string encode(std::span<const std::string> args) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  texts.reserve(args.size());
  sizes.reserve(args.size());
  for (const std::string& arg : args) {
    texts.push_back(arg.data());
    sizes.push_back(arg.size());
  }
  char* formatted = nullptr;
  const auto length =
      redisFormatCommandArgv(&formatted, static_cast<int>(args.size()), texts.data(), sizes.data());
  ASSERT(length > 0);
  const std::unique_ptr<char, void (*)(char*)> owner(formatted, redisFreeCommand);
  return {formatted, static_cast<std::size_t>(length)};
}

}  // namespace whoosh::state::redis
