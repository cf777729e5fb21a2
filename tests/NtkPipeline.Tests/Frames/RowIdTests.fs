module NtkPipeline.Tests.RowIdTests

open System
open System.IO
open System.Text
open System.Text.Json
open Expecto
open NtkPipeline.Core

let private parse (text: string) = TweetFrame.parse "train.csv" true (Encoding.UTF8.GetBytes text)

let private header = "id,keyword,location,text,target\n"
let private quoted (id: string) = "\"" + id.Replace("\"", "\"\"") + "\""

let private rows (ids: string list) =
    header + String.concat "" [ for i, id in List.indexed ids -> $"%s{quoted id},,,text %d{i},1\n" ]

let private refused (part: string) text =
    match parse text with
    | Error(DataRefused sentence) -> Expect.stringContains sentence part part
    | other -> failtest $"%A{other} should have been refused"

let private stored (tweets: Tweet[]) =
    use stream = new MemoryStream()
    TweetTable.codec.Write stream tweets
    stream.ToArray()

let private numbers = [ "129403047000000001"; "-7"; "0"; string Int64.MaxValue ]

let private words = [
    "abc-17"
    "007"
    "+5"
    "-0"
    " 1"
    "1.0"
    "1e3"
    "1,000"
    "9223372036854775808"
    "a \"quoted\" one"
    "=1+2"
    "ß–字"
]

type Holder = { Id: RowId }

let tests =
    testList "ids of rows" [
        testCase "an id is kept and given back letter by letter, a number or a word"
        <| fun () ->
            let ids = numbers @ words
            let tweets = parse (rows ids) |> Flip.Expect.wantOk "they are sound"
            Expect.equal [ for tweet in tweets -> RowId.text tweet.Id ] ids "as they stand"

            for tweet in tweets do
                let isNumber =
                    match tweet.Id with
                    | RowId.Number _ -> true
                    | RowId.Word _ -> false

                Expect.equal isNumber (List.contains (RowId.text tweet.Id) numbers) "in digits alone"

            use stream = new MemoryStream(stored tweets)
            Expect.equal (TweetTable.codec.Read stream) (Ok tweets) "and in the store"

        testCase "a table whose ids are whole numbers lies in the store as it always did"
        <| fun () ->
            let tweets = parse (rows [ "12"; "-3" ]) |> Flip.Expect.wantOk "they are sound"

            Expect.equal
                (Encoding.UTF8.GetString(stored tweets))
                (header + "12,,,text 0,1\n-3,,,text 1,1\n")
                "no quotes"

        testCase "what names no row is refused with its line and the way on"
        <| fun () ->
            let wayOn = "; --set data.id=none numbers the rows from 1 instead"
            rows [ "a"; "" ] |> refused $"line 3: id '' is empty%s{wayOn}"
            rows [ "a"; " \t" ] |> refused "line 3: id"
            let obeyed = "holds a control character or one that turns words around"

            for id in [ "a\u001b[31m"; "a\u202Eb"; "a\u2066"; "a\tb"; "a\nb"; "a\u0085" ] do
                let text = rows [ id ]
                text |> refused $"%s{obeyed}; name the row without it%s{wayOn}"

                match parse text with
                | Error e -> Expect.isFalse (String.exists Char.IsControl e.Sentence) "not repeated"
                | Ok _ -> failtest "it should be refused"

        testCase "an id that stands twice is refused as it is written"
        <| fun () ->
            rows [ "a-1"; "b"; "a-1" ]
            |> refused "line 4: id 'a-1' stands already on line 2; --set data.id=none numbers the rows"

            rows [ "3"; "4"; "3" ] |> refused "line 4: id 3 stands already on line 2"
            Expect.isOk (parse (rows [ "7"; "07"; "7 " ])) "other letters, another id"

        testCase "a slipped column does not spread its words"
        <| fun () ->
            let words = "a long tweet of many words"

            match parse (rows [ words; words ]) with
            | Error e -> Expect.isFalse (e.Sentence.Contains "many words") e.Sentence
            | Ok _ -> failtest "it should be refused"

        testCase "in JSON numbers stay numbers and words are texts; both come back"
        <| fun () ->
            let codec = Codec.json<Holder> "holder/1"

            let written (id: RowId) =
                use stream = new MemoryStream()
                codec.Write stream { Id = id }
                stream.ToArray()

            for id in numbers @ words do
                let held = parse (rows [ id ]) |> Flip.Expect.wantOk id
                let json = written held[0].Id
                use document = JsonDocument.Parse json
                let value = document.RootElement.GetProperty "id"

                if List.contains id numbers then
                    Expect.equal (value.GetRawText()) id "a number"
                else
                    Expect.equal (value.GetString()) id "a text"

                use stream = new MemoryStream(json)
                Expect.equal (codec.Read stream) (Ok { Id = held[0].Id }) "it comes back"

            for damaged in [ "1.5"; "null"; "true"; "[]"; "123456789012345678901234567890"; "\"\\ud800\"" ] do
                use stream = new MemoryStream(Encoding.UTF8.GetBytes $"{{\"id\": %s{damaged}}}")
                Expect.isError (codec.Read stream) damaged

        testCase "submission.csv has them as they came, in quotes where CSV needs them"
        <| fun () ->
            let ids = [|
                RowId.Word "abc-17"
                RowId.Word "a, \"b\""
                RowId.Number 5L
                RowId.Word " x"
            |]

            Expect.equal
                (Submission.csv ids [| 1.0; -1.0; 1.0; -1.0 |])
                "id,target\nabc-17,1\n\"a, \"\"b\"\"\",0\n5,1\n\" x\",0\n"
                "as it came"

        testCase "a frame has numbers where all ids are numbers, else texts"
        <| fun () ->
            let column (ids: string list) : 'a list =
                let tweets = parse (rows ids) |> Flip.Expect.wantOk "they are sound"
                (TweetFrame.ofTweets tweets).Frame.GetColumn<'a>("id").Values |> List.ofSeq

            Expect.equal (column [ "1"; "2" ]) [ 1L; 2L ] "numbers"
            Expect.equal (column [ "1"; "b" ]) [ "1"; "b" ] "texts"
    ]
