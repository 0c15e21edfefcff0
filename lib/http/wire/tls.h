// The TLS side of the front door.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

namespace http {

// From PEM files. Throws a platform::Error that names the file at fault.
std::unique_ptr<boost::asio::ssl::context> make_tls_context(const std::string& certificate,
                                                            const std::string& key);

} // namespace http
