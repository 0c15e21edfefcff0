// A whole headset on a console: an example to read, a way to try a box by hand, a start for an app.
//
//     ... pair BOX CODE SERIAL    prints the token of a headset that is paired now
//     ... run BOX TOKEN           takes part, says what happens, and obeys typed lines (below, in Console.type)
//
// BOX is http://192.0.2.5:8080; for https:// with the school's own authority, LECTERN_AUTHORITY names its PEM file.
//
//     kotlinc -include-runtime -d headset.jar *.kt
//     java -cp headset.jar lectern.ExampleKt pair http://192.0.2.5:8080 042137 ME-1
package lectern

import java.io.File
import java.io.IOException
import kotlin.system.exitProcess

/** An app would show what this prints. */
private class Console(box: Box, token: String) : HeadsetApp {
    private val headset = Headset(box, token, this)

    fun run() {
        headset.start()
        generateSequence(::readLine).takeWhile { it != "quit" }.forEach { type(it) }
        headset.stop()
        headset.join()
    }

    override fun prepare(command: Command, actAtNs: Long) = println("prepare ${command.action}")

    override fun obey(order: Order) {
        if (order.command.action == "launch") throw CannotObey("A console launches nothing.")
        println("obey ${order.command.action} ${order.command.number}")
    }

    override fun goTo(playing: Playing?) = println(if (playing == null) "in no lesson" else "in a lesson, ${playing.state}")
    override fun hold(message: String?) = println(if (message == null) "free" else "held: $message")
    override fun report(): JsonObject = mapOf("battery" to 88, "charging" to false, "app" to "Example.kt", "app_version" to "1")
    override fun connected(isConnected: Boolean, why: String) = println(if (isConnected) "connected" else "gone: $why")
    override fun person(nickname: String?) = println(if (nickname == null) "nobody" else "worn by $nickname")
    override fun heard(type: String, data: JsonObject) = println("heard $type ${Json.write(data)}")
    override fun log(text: String) = println("log: $text")

    override fun hand(isRaised: Boolean, question: String, isUnwell: Boolean) =
        println((if (isRaised) "hand up: $question" else "hand down") + if (isUnwell) ", unwell" else "")

    override fun unpaired() {
        println("unpaired")
        exitProcess(0)
    }

    private fun type(line: String) {
        val words = line.split(' ', limit = 3)
        when (words[0]) {
            "sign-in" -> headset.signIn(words.getOrElse(1) { "" }, words.getOrElse(2) { "" }) {
                println(if (it.error == null) "signed in" else "not signed in: ${it.message}")
            }
            "sign-out" -> headset.signOut()
            "hand" -> headset.raiseHand(words.drop(1).joinToString(" "))
            "lower" -> headset.lowerHand()
            "unwell" -> headset.unwell()
            "well" -> headset.well()
            "event" -> event(words.getOrElse(1) { "interaction" }, words.getOrElse(2) { "{}" })
            "where" -> println("where ${headset.playing?.state} ${headset.positionMs()?.toLong()}, " +
                "round trip ${headset.time.roundTripMs}, ${headset.eventsKept} events kept")
            else -> println("no such word: ${words[0]}")
        }
    }

    private fun event(kind: String, fields: String) = try {
        headset.event(kind, Json.readObject(fields))
    } catch (error: JsonError) {
        println("not understood: ${error.message}")
    }
}

fun main(words: Array<String>) {
    if (words.size !in 3..4) {
        System.err.println("pair BOX CODE SERIAL, or run BOX TOKEN")
        exitProcess(2)
    }
    val authority = System.getenv("LECTERN_AUTHORITY")
    try {
        val box = Box(words[1], authority?.let { path -> File(path).inputStream().use { Box.trusting(it) } })
        if (words[0] == "pair" && words.size == 4) println(box.pair(words[2], words[3], "Kotlin"))
        else Console(box, words[2]).run()
    } catch (error: IOException) {
        System.err.println(error.message)
        exitProcess(1)
    }
}
