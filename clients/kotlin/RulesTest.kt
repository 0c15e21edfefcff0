// The client's rules as tables. Run by test.py; prints the rows that fail, and then exits with 1.
package lectern

import java.net.ServerSocket
import java.util.concurrent.Executors
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.random.Random
import kotlin.system.exitProcess

private var faults = 0

private fun expect(what: String, found: Any?, wanted: Any?) {
    if (found == wanted) return
    faults++
    println("$what: found $found, wanted $wanted")
}

private fun <T> outcome(task: () -> T): Any? = try { task() } catch (error: JsonError) { "refused" }

private fun json() {
    val same = listOf("null", "true", "-12", "0", "0.5", "\"\"", "[]", "{}", "[1,[2,{\"a\":null}],\"b\"]",
        "{\"ä\":\"\u20ac \uD83D\uDC1F\"}",
        "9007199254740993", "\"\\u0000\\u001f\\\\\\\"\"")
    for (text in same) expect("read and written: $text", outcome { Json.write(Json.read(text)) }, text)
    val read = listOf(
        " [ 1 , 2 ] " to listOf(1L, 2L), "1e3" to 1000.0, "-0.25E-2" to -0.0025, "1788249600000.0" to 1788249600000.0,
        "\"\\n\\t\\/\\u20AC\\b\\f\\r\"" to "\n\t/€\b\u000c\r", "{\"a\":1,\"a\":2}" to mapOf("a" to 2L),
        "99999999999999999999" to 1e20)
    for ((text, wanted) in read) expect("read: $text", outcome { Json.read(text) }, wanted)
    val faulty = listOf("", " ", "{", "[1", "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "tru", "nulll", "01", "1.", ".5", "+1",
        "1e", "-", "\"", "\"\\x\"", "\"\\u12\"", "\"\\u+123\"", "\"\n\"", "1 2", "[1]]", "NaN", "[".repeat(100_000))
    for (text in faulty) expect("faulty: ${text.take(20)}", outcome { Json.read(text) }, "refused")
    for (value in listOf(Double.NaN, Double.NEGATIVE_INFINITY, Any()))
        expect("unwritable: $value", outcome { Json.write(value) }, "refused")
    expect("numbers written", Json.write(listOf(1, 2L, 0.5f, 1e20)), "[1,2,0.5,1.0E20]")
    expect("no object", outcome { Json.readObject("[]") }, "refused")
    expect("wrong kind", outcome { Json.readObject("{\"a\":\"1\"}").number("a") }, "refused")
}

private fun lineRules() {
    val encoded = listOf("" to "", "f" to "Zg==", "fo" to "Zm8=", "foo" to "Zm9v", "foob" to "Zm9vYg==")
    for ((text, wanted) in encoded) expect("base64 of $text", base64(text.toByteArray()), wanted)
    expect("base64 of high bytes", base64(byteArrayOf(-1, -2, -3)), "//79")
}

private fun clock() {
    val time = ServerTime()
    time.welcome(5000.0, 0.0)
    expect("roughly, from the welcome", Pair(time.offsetMs, time.roundTripMs), Pair(5000.0, null))
    repeat(6) { time.add(0.0, 1005.0, 10.0) }
    time.add(0.0, 1300.0, 400.0)
    time.add(10.0, 0.0, 5.0)
    expect("slow and impossible trips do not count", Pair(time.offsetMs, time.roundTripMs), Pair(1000.0, 10.0))
    time.welcome(1900.0, 0.0)
    expect("a welcome does not undo what was measured", time.offsetMs, 1000.0)
    repeat(64) { time.add(0.0, 2005.0, 10.0) }
    expect("old trips are forgotten", time.offsetMs, 2000.0)
    time.welcome(60_000.0, 0.0)
    expect("after a sleep it does", Pair(time.offsetMs, time.roundTripMs), Pair(60_000.0, null))
}

private fun pauses() {
    for ((failures, longest) in listOf(0 to 250.0, 1 to 500.0, 2 to 1000.0, 3 to 2000.0, 500 to 2000.0)) {
        val pauses = (1..200).map { pauseMs(failures, Random(it)) }
        expect("pause after $failures", pauses.all { it >= longest * 0.5 && it <= longest * 1.5 }, true)
        expect("pauses after $failures differ", pauses.toSet().size > 100, true)
    }
    val rates = listOf(0.0 to 1.0, 10.0 to 1.01, -10.0 to 0.99, 79.0 to 1.03, -79.0 to 0.97, 81.0 to null, -81.0 to null)
    for ((behindMs, rate) in rates) expect("rate when $behindMs behind", rateFor(behindMs), rate)
}

private fun command(
    number: Int, action: String, atMs: Int, positionMs: Int = 0, expiresMs: Int = atMs + 60_000,
    more: JsonObject = emptyMap()) =
    Command(mapOf("session_id" to 1, "number" to number, "action" to action, "arguments" to more, "position_ms" to positionMs,
        "lesson" to mapOf("duration_ms" to 60_000), "at_ms" to atMs, "expires_ms" to expiresMs))

private fun state(number: Int, positionMs: Int = 0, atMs: Int = 0, eyes: JsonObject? = null): JsonObject =
    mapOf("session_id" to 1, "number" to number, "state" to "running", "run_id" to 7,
        "lesson" to mapOf("duration_ms" to 60_000), "position_ms" to positionMs, "at_ms" to atMs,
        "controls" to mapOf("eyes_on_me" to eyes))

private fun Lesson.positionMs(serverMs: Double) = playing?.positionMs(serverMs)
private fun Lesson.numbers(nowMs: Double) = obey(nowMs).map { it.command.number.toInt() }

private fun obeying() {
    var lesson = Lesson()
    expect("a play", lesson.takeCommand(command(1, "play", 1000)), true)
    expect("waits", Pair(lesson.nextMs, lesson.numbers(999.0)), Pair(1000.0, emptyList<Int>()))
    expect("for its moment", lesson.numbers(1002.0), listOf(1))
    expect("and plays from there", lesson.positionMs(3000.0), 2000.0)
    expect("once", lesson.takeCommand(command(1, "play", 1000)), false)
    lesson.takeCommand(command(2, "pause", 5000, 4000))
    expect("pause", Pair(lesson.numbers(5000.0), lesson.positionMs(9000.0)), Pair(listOf(2), 4000.0))

    lesson = Lesson()
    lesson.takeState(state(3))
    lesson.takeCommand(command(9, "identify", 100))
    lesson.obey(100.0)
    expect("a blink swallows no pause", lesson.takeCommand(command(5, "pause", 200)), true)
    lesson.takeCommand(command(4, "seek", 300))
    expect("in the order of their moments", lesson.numbers(400.0), listOf(5, 4))
    expect("the newest wins", lesson.playing?.state, "paused")

    lesson = Lesson()
    lesson.takeCommand(command(2, "pause", 100))
    expect("a newer state", lesson.takeState(state(3)), 3L)
    expect("swallows what waits", lesson.numbers(200.0), emptyList<Int>())
    lesson.takeCommand(command(4, "pause", 300))
    expect("an older one does not", Pair(lesson.takeState(state(4)), lesson.numbers(400.0)), Pair(null, listOf(4)))

    lesson = Lesson()
    expect("late: there at once", lesson.takeState(state(4, 1000, 500)), 4L)
    expect("known", lesson.takeState(state(4, 1000, 500)), null)
    expect("where the lesson is", Pair(lesson.positionMs(2500.0), lesson.positionMs(200_000.0)), Pair(3000.0, 60_000.0))
    lesson.takeCommand(command(5, "seek", 10, 9, expiresMs = 20))
    expect("too late", Pair(lesson.obey(30.0).single().isExpired, lesson.positionMs(11.0)), Pair(true, 10.0))
    lesson.takeState(null)
    expect("in none", Pair(lesson.playing, lesson.nextMs), Pair(null, null))
}

private fun eyes() {
    val lesson = Lesson()
    lesson.takeState(state(1, eyes = mapOf("message" to "Look", "until_ms" to 5000)))
    expect("held by the state", Pair(lesson.held, lesson.nextMs), Pair("Look", 5000.0))
    lesson.obey(4999.0)
    expect("still", lesson.held, "Look")
    lesson.obey(5000.0)
    expect("ends by itself", lesson.held, null)
    lesson.takeCommand(command(2, "eyes_on_me", 6000, more = mapOf("until_ms" to 9000)))
    lesson.takeCommand(command(3, "release", 7000))
    lesson.obey(6000.0)
    expect("held by a command", lesson.held, "")
    lesson.obey(7000.0)
    expect("released", lesson.held, null)
    lesson.takeCommand(command(4, "eyes_on_me", 7000, expiresMs = 8000, more = mapOf("until_ms" to 9000)))
    lesson.obey(8500.0)
    expect("not when it came too late", lesson.held, null)
    lesson.takeCommand(command(5, "eyes_on_me", 9000))
    lesson.obey(9000.0)
    expect("not without an end", lesson.held, null)
}

private fun batching() {
    val events = Events(most = 5, inBatch = 2, prefix = "p")
    fun names(batch: Events.Batch?) = batch?.let { Triple(it.id, it.runId, it.events.map { event -> event["n"] }) }
    expect("nothing", events.next(0.0), null)
    for (n in 1..3) events.add(7, n.toDouble(), mapOf("n" to n))
    val first = events.next(100.0)
    expect("a batch", names(first), Triple("p-1", 7L, listOf(1, 2)))
    expect("in server time", first?.events?.map { it["at_ms"] }, listOf(101.0, 102.0))
    expect("one at a time", Pair(events.next(0.0), events.isFull), Pair(null, false))
    events.again()
    expect("said again, it is the same", events.next(500.0) === first, true)
    events.finished("other")
    expect("another's answer", events.next(0.0), null)
    events.finished("p-1")
    events.add(8, 4.0, mapOf("n" to 4))
    expect("a batch is of one run", names(events.next(0.0)), Triple("p-2", 7L, listOf(3)))
    for (n in 5..9) events.add(null, 0.0, mapOf("n" to n))
    expect("bounded: the oldest go, not those on their way", Pair(events.size, events.dropped), Pair(5, 2L))
    events.finished("p-2")
    expect("the rest", names(events.next(0.0)), Triple("p-3", null, listOf(6, 7)))
    expect("what has no JSON", outcome { events.add(null, 0.0, mapOf("n" to Any())) }, "refused")
    expect("is not kept", events.size, 4)
}

/** Where nobody listens: messages that cannot wait are refused at once, others are kept, and the app is told where it wants. */
private fun withoutBox() {
    val heard = LinkedBlockingQueue<String>()
    fun hear(what: String) = heard.put("${Thread.currentThread().name}: $what")
    val app = object : HeadsetApp {
        override fun obey(order: Order) = hear("obey")
        override fun goTo(playing: Playing?) = hear("go")
        override fun hold(message: String?) = hear("hold")
        override fun log(text: String) = hear(text.substringBefore(':'))
    }
    val port = ServerSocket(0).use { it.localPort }
    val executor = Executors.newSingleThreadExecutor { Thread(it, "app") }
    val headset = Headset(Box("http://127.0.0.1:$port"), "token", app, executor)
    headset.start()
    expect("no connection", heard.poll(10, TimeUnit.SECONDS), "app: no connection")
    fun waitFor(wanted: String) = generateSequence { heard.poll(10, TimeUnit.SECONDS) }.any { it == wanted }
    headset.signIn("Ada", "1234") { hear(it.message) }
    expect("a PIN does not wait", waitFor("app: Disconnected"), true)
    headset.say("headset.sign_out", emptyMap(), true) { hear("first ${it.message}") }
    repeat(200) { headset.raiseHand("$it") }
    expect("what waits is bounded, and the oldest goes", waitFor("app: first Overflow"), true)
    headset.event("click")
    expect("an event waits", Pair(headset.eventsKept, headset.positionMs()), Pair(1, null))
    headset.signOut { throw IllegalStateException("of the app") }
    repeat(200) { headset.lowerHand() }
    expect("a fault of the app ends nothing", waitFor("app: the app has failed"), true)
    headset.stop()
    headset.join()
    headset.signIn("Ada", "1234") { hear("late ${it.message}") }
    expect("after the end", waitFor("app: late Overflow"), true)
    executor.shutdown()
}

fun main() {
    json()
    lineRules()
    clock()
    pauses()
    obeying()
    eyes()
    batching()
    withoutBox()
    if (faults > 0) exitProcess(1)
    println("the rules hold")
}
