// How a headset talks to its box: JSON, HTTP once for pairing, then a WebSocket. It uses only what the JDK and
// Android have in common. LecternHeadset.kt builds on it.
package lectern

import java.io.BufferedInputStream
import java.io.ByteArrayOutputStream
import java.io.DataInputStream
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.InetSocketAddress
import java.net.Socket
import java.net.URI
import java.net.URL
import java.security.KeyStore
import java.security.MessageDigest
import java.security.SecureRandom
import java.security.cert.CertificateFactory
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.SSLContext
import javax.net.ssl.SSLSocket
import javax.net.ssl.SSLSocketFactory
import javax.net.ssl.TrustManagerFactory

typealias JsonObject = Map<String, Any?>

class JsonError(message: String) : IOException(message)

/** Objects are maps, arrays are lists; numbers are Long where they are whole, Double otherwise. */
object Json {
    fun write(value: Any?): String = StringBuilder().also { append(it, value) }.toString()

    fun read(text: String): Any? = JsonReader(text).whole()

    @Suppress("UNCHECKED_CAST") // the reader makes no other maps
    fun readObject(text: String): JsonObject = read(text) as? JsonObject ?: throw JsonError("this is no object")

    private fun append(out: StringBuilder, value: Any?) {
        when (value) {
            null, is Boolean -> out.append(value)
            is Double, is Float -> {
                val number = (value as Number).toDouble()
                if (number.isNaN() || number.isInfinite()) throw JsonError("$number has no JSON")
                out.append(number)
            }
            is Number -> out.append(value.toLong())
            is String -> appendText(out, value)
            is Map<*, *> -> {
                out.append('{')
                value.entries.forEachIndexed { index, (name, content) ->
                    if (index > 0) out.append(',')
                    appendText(out, name.toString())
                    append(out.append(':'), content)
                }
                out.append('}')
            }
            is Iterable<*> -> {
                out.append('[')
                value.forEachIndexed { index, content -> append(if (index > 0) out.append(',') else out, content) }
                out.append(']')
            }
            else -> throw JsonError("a ${value.javaClass.name} has no JSON")
        }
    }

    private fun appendText(out: StringBuilder, text: String) {
        out.append('"')
        for (letter in text) {
            when {
                letter == '"' || letter == '\\' -> out.append('\\').append(letter)
                letter < ' ' -> out.append("\\u%04x".format(letter - '\u0000'))
                else -> out.append(letter)
            }
        }
        out.append('"')
    }
}

private class JsonReader(private val text: String) {
    private var at = 0

    fun whole(): Any? {
        val value = value(0)
        if (skip() != null) fail()
        return value
    }

    private fun value(depth: Int): Any? {
        if (depth > DEEPEST) throw JsonError("too deep")
        return when (skip()) {
            '{' -> inside('}', LinkedHashMap<String, Any?>()) { found ->
                if (skip() != '"') fail()
                val name = string()
                expect(':')
                found[name] = value(depth + 1)
            }
            '[' -> inside(']', ArrayList<Any?>()) { it.add(value(depth + 1)) }
            '"' -> string()
            't' -> word("true", true)
            'f' -> word("false", false)
            'n' -> word("null", null)
            else -> number()
        }
    }

    private fun <T> inside(end: Char, found: T, next: (T) -> Unit): T {
        at++
        if (skip() == end) at++
        else {
            do {
                next(found)
                val isMore = skip() == ','
                if (isMore) at++
            } while (isMore)
            expect(end)
        }
        return found
    }

    private fun string(): String {
        val out = StringBuilder()
        at++
        while (true) {
            val letter = text.getOrNull(at++) ?: fail()
            when {
                letter == '"' -> return out.toString()
                letter < ' ' -> fail()
                letter == '\\' -> out.append(escaped())
                else -> out.append(letter)
            }
        }
    }

    private fun escaped(): Char = when (val letter = text.getOrNull(at++)) {
        '"', '\\', '/' -> letter
        'b' -> '\b'
        'f' -> '\u000c'
        'n' -> '\n'
        'r' -> '\r'
        't' -> '\t'
        'u' -> {
            val digits = text.substring(at, minOf(at + 4, text.length))
            if (!HEX.matches(digits)) fail()
            at += 4
            digits.toInt(16).toChar()
        }
        else -> fail()
    }

    private fun number(): Any {
        val start = at
        while (at < text.length && text[at] in "+-.0123456789eE") at++
        val digits = text.substring(start, at)
        if (!NUMBER.matches(digits)) fail()
        return digits.toLongOrNull() ?: digits.toDouble()
    }

    private fun word(word: String, meaning: Any?): Any? {
        if (!text.startsWith(word, at)) fail()
        at += word.length
        return meaning
    }

    private fun expect(letter: Char) {
        if (skip() != letter) fail()
        at++
    }

    /** The next character that is not a space, or null at the end. */
    private fun skip(): Char? {
        while (at < text.length && text[at] in " \t\r\n") at++
        return text.getOrNull(at)
    }

    private fun fail(): Nothing = throw JsonError("no JSON at letter $at")

    private companion object {
        const val DEEPEST = 50 // limits what a broken sender can do to our stack
        val NUMBER = Regex("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")
        val HEX = Regex("[0-9a-fA-F]{4}")
    }
}

fun JsonObject.number(name: String): Double = (this[name] as? Number ?: throw JsonError("no number $name")).toDouble()
fun JsonObject.whole(name: String): Long = (this[name] as? Number ?: throw JsonError("no number $name")).toLong()
fun JsonObject.text(name: String): String = this[name] as? String ?: throw JsonError("no text $name")
@Suppress("UNCHECKED_CAST")
fun JsonObject.inner(name: String): JsonObject? = this[name] as? JsonObject

/** A refusal of the box, in its own words. */
class Refused(val status: Int, detail: String) : IOException("$status $detail")

/**
 * Where the box is: http://192.0.2.5:8080, or https:// and, where the school has no public certificate, [trust] from
 * [trusting] and the authority that `lectern certificate` made. Android forbids http:// to apps that do not ask for it
 * (usesCleartextTraffic).
 */
class Box(address: String, private val trust: SSLSocketFactory? = null) {
    private val uri = URI(address.trimEnd('/'))
    private val isSecure = uri.scheme == "https"
    private val host: String = requireNotNull(uri.host) { "$address names no box" }.trim('[', ']')
    private val port = if (uri.port > 0) uri.port else if (isSecure) 443 else 80
    internal val authority: String = uri.authority

    /** Pairs this headset by the six digits of the teacher's page, and returns the token to keep. Waits for the network. */
    fun pair(code: String, serialNumber: String, model: String, name: String? = null): String {
        val body = mapOf("code" to code, "serial_number" to serialNumber, "model" to model, "name" to name)
        return post("/v1/pairings", body.filterValues { it != null }).text("token")
    }

    private fun post(path: String, body: JsonObject): JsonObject {
        val call = URL("$uri$path").openConnection() as HttpURLConnection
        if (call is HttpsURLConnection && trust != null) call.sslSocketFactory = trust
        call.connectTimeout = PATIENCE_MS
        call.readTimeout = PATIENCE_MS
        call.doOutput = true
        call.setRequestProperty("Content-Type", "application/json")
        call.outputStream.use { it.write(Json.write(body).toByteArray()) }
        val isGood = call.responseCode / 100 == 2
        val answer = (if (isGood) call.inputStream else call.errorStream)?.use { it.readBytes().toString(Charsets.UTF_8) } ?: ""
        if (isGood) return Json.readObject(answer)
        throw Refused(call.responseCode, try { Json.readObject(answer).text("detail") } catch (error: JsonError) { "" })
    }

    internal fun connect(plain: Socket): Socket {
        plain.tcpNoDelay = true
        plain.connect(InetSocketAddress(host, port), PATIENCE_MS)
        // The box answers our clock each second. After so long a silence it is gone, even if nothing reports it.
        plain.soTimeout = PATIENCE_MS
        if (!isSecure) return plain
        val factory = trust ?: SSLSocketFactory.getDefault() as SSLSocketFactory
        val secure = factory.createSocket(plain, host, port, true) as SSLSocket
        // By default a socket trusts any certificate of a known authority, whatever name is in it.
        secure.sslParameters = secure.sslParameters.apply { endpointIdentificationAlgorithm = "HTTPS" }
        secure.soTimeout = PATIENCE_MS
        secure.startHandshake()
        return secure
    }

    companion object {
        private const val PATIENCE_MS = 10_000

        /** Trusts certificates signed by the authority in this PEM file, and no others. */
        fun trusting(authorityPem: InputStream): SSLSocketFactory {
            val store = KeyStore.getInstance(KeyStore.getDefaultType())
            store.load(null, null)
            store.setCertificateEntry("box", CertificateFactory.getInstance("X.509").generateCertificate(authorityPem))
            val managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm())
            managers.init(store)
            return SSLContext.getInstance("TLS").apply { init(null, managers.trustManagers, null) }.socketFactory
        }
    }
}

internal sealed class Heard {
    object Open : Heard()
    class Text(val text: String, val ownMs: Double) : Heard()
    class Gone(val why: String, val isUnpaired: Boolean) : Heard()
}

/**
 * As much of a WebSocket as the protocol needs. It connects and reads on its own thread, so that waiting for the
 * network never delays a command; [hear] is called on that thread, with [Heard.Gone] last.
 */
internal class Line(private val box: Box, private val token: String, private val hear: (Line, Heard) -> Unit) {
    private val plain = Socket()
    @Volatile private var socket: Socket = plain
    private val random = SecureRandom()
    private val thread = Thread({ live() }, "lectern-line").apply { isDaemon = true }

    fun open() = thread.start()

    /** Closes the socket below TLS: a closing message would wait for a network that may be gone. */
    fun close() {
        plain.close()
        thread.interrupt()
    }

    fun send(text: String) = send(TEXT, text.toByteArray())

    private fun live() {
        var isUnpaired = false
        val why = try {
            socket = box.connect(plain)
            val input = DataInputStream(BufferedInputStream(socket.getInputStream()))
            val status = greet(input)
            isUnpaired = status == 401
            if (status != 101) throw IOException("the box answers $status")
            hear(this, Heard.Open)
            listen(input)
        } catch (error: IOException) {
            error.message ?: error.javaClass.simpleName
        } catch (error: InterruptedException) {
            "closed"
        } finally {
            plain.close()
        }
        try { hear(this, Heard.Gone(why, isUnpaired)) } catch (error: InterruptedException) { } // nobody is listening any more
    }

    private fun greet(input: DataInputStream): Int {
        val key = base64(ByteArray(16).also { random.nextBytes(it) })
        socket.getOutputStream().write(("GET /v1/live HTTP/1.1\r\nHost: ${box.authority}\r\nUpgrade: websocket\r\n" +
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: $key\r\n" +
            "Authorization: Bearer $token\r\n\r\n").toByteArray())
        val head = StringBuilder()
        while (!head.endsWith("\r\n\r\n")) {
            if (head.length > 16_384) throw IOException("this is no box")
            head.append(input.readUnsignedByte().toChar())
        }
        val lines = head.lines()
        val status = lines[0].split(' ').getOrNull(1)?.toIntOrNull() ?: throw IOException("this is no box")
        val proof = base64(MessageDigest.getInstance("SHA-1").digest((key + WEB_SOCKET).toByteArray()))
        val accepted = lines.find { it.startsWith("Sec-WebSocket-Accept:", true) }?.substringAfter(':')?.trim()
        if (status == 101 && accepted != proof)
            throw IOException("something between here and the box answers in its place")
        return status
    }

    private fun listen(input: DataInputStream): Nothing {
        val message = ByteArrayOutputStream()
        while (true) {
            val first = input.readUnsignedByte()
            val size = when (val short = input.readUnsignedByte() and 127) {
                126 -> input.readUnsignedShort().toLong()
                127 -> input.readLong()
                else -> short.toLong()
            }
            if (size < 0 || size + message.size() > LARGEST) throw IOException("a message of $size bytes is too large")
            val payload = ByteArray(size.toInt()).also { input.readFully(it) }
            when (first and 15) {
                MORE, TEXT -> {
                    message.write(payload, 0, payload.size)
                    if (first and FINAL != 0) {
                        hear(this, Heard.Text(message.toString("UTF-8"), ownMs()))
                        message.reset()
                    }
                }
                CLOSE -> throw IOException("the box has closed: " + payload.drop(2).toByteArray().toString(Charsets.UTF_8))
                PING -> send(PONG, payload)
            }
        }
    }

    @Synchronized
    private fun send(kind: Int, payload: ByteArray) {
        val frame = ByteArrayOutputStream(payload.size + 14)
        frame.write(FINAL or kind)
        val bytesOfSize = if (payload.size < 126) 0 else if (payload.size < 65_536) 2 else 8
        frame.write(128 or (if (bytesOfSize == 0) payload.size else if (bytesOfSize == 2) 126 else 127))
        for (place in bytesOfSize - 1 downTo 0) frame.write((payload.size.toLong() shr (8 * place)).toInt())
        val mask = ByteArray(4).also { random.nextBytes(it) }
        frame.write(mask, 0, 4)
        payload.forEachIndexed { index, byte -> frame.write(byte.toInt() xor mask[index and 3].toInt()) }
        socket.getOutputStream().write(frame.toByteArray())
    }

    private companion object {
        const val FINAL = 128
        const val MORE = 0
        const val TEXT = 1
        const val CLOSE = 8
        const val PING = 9
        const val PONG = 10
        const val LARGEST = 1 shl 20
        const val WEB_SOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    }
}

private const val LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/** Android's Base64 and the JDK's are different classes, and old Androids lack the latter. */
internal fun base64(bytes: ByteArray): String = bytes.toList().chunked(3).joinToString("") { three ->
    val bits = three.foldIndexed(0) { index, all, byte -> all or ((byte.toInt() and 255) shl (16 - 8 * index)) }
    (0..3).joinToString("") { if (it <= three.size) LETTERS[(bits shr (18 - 6 * it)) and 63].toString() else "=" }
}
