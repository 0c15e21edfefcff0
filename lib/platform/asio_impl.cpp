// Asio and Beast are compiled here, once. Elsewhere their headers only declare, which saves several seconds
// in each file that uses them.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
