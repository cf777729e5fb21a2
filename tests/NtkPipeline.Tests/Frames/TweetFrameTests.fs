module NtkPipeline.Tests.TweetFrameTests

open System
open System.IO
open System.Text
open Expecto
open NtkPipeline.Core

let private parse isLabelled (text: string) =
    TweetFrame.parse "train.csv" isLabelled (Encoding.UTF8.GetBytes text)

let private refused (part: string) result =
    match result with
    | Error(DataRefused sentence) ->
        Expect.stringStarts sentence "train.csv: " "the file comes first"
        Expect.stringContains sentence part part
    | other -> failtest $"%A{other} should have been refused"

let private header = "id,keyword,location,text,target\n"

/// Valid Unicode without NUL.
let private clean (text: string) =
    text.Replace("\000", "") |> Seq.filter (Char.IsSurrogate >> not) |> Seq.toArray |> String

let private roundTrip (tweets: Tweet[]) =
    use stream = new MemoryStream()
    TweetTable.codec.Write stream tweets
    stream.Position <- 0L
    TweetTable.codec.Read stream

let tests =
    testList "TweetFrame" [
        testCase "quotes, commas, line breaks and words that look like missing values are text"
        <| fun () ->
            let tweets =
                parse true (header + "1,,NA,\"a, \"\"b\"\"\nc\",1\r\n\r\n2,fire,,NaN,0\n")
                |> Flip.Expect.wantOk "it is sound"

            Expect.equal tweets.Length 2 "the blank line is no row"
            Expect.equal tweets[0].Text "a, \"b\"\nc" "as it stands"
            Expect.equal (tweets[0].Keyword, tweets[0].Location) (None, Some "NA") "only blanks are missing"
            Expect.equal (tweets[1].Text, tweets[1].Target) ("NaN", Some false) "a word like any other"

        testCase "every fault is named with the line its row starts on"
        <| fun () ->
            let text = header + ",,,\"two\nlines\",1\n2,,,b,yes\n3,,,c,1\n3,,,d,0\n"
            let result = parse true text

            for part in
                [
                    "line 2: id '' is empty; --set data.id=none numbers the rows from 1 instead"
                    "line 4: target 'yes' is neither 0 nor 1"
                    "line 6: id 3 stands already on line 5"
                ] do
                refused part result

        testCase "what is no table of tweets is refused with its reason"
        <| fun () ->
            parse true "" |> refused "it is empty"
            parse true header |> refused "no tweet"
            parse true "id,text\n1,a\n" |> refused "column 'target' is missing; --set data.label=NAME"
            parse true "id,words,target\n1,a,1\n" |> refused "column 'text' is missing; --set data.text=NAME"
            parse true "id,id,keyword,location,text,target\n1,1,,,a,1\n" |> refused "column 'id' stands twice"
            parse true (header + "1,,a,1\n") |> refused "line 2: it has 4 fields, the header has 5"

            parse true (header + "1,,,\"a,1\n2,,,b,0\n")
            |> refused "line 2: a quote opens here and never closes"

            parse true (header + "1,,,a\000b,1\n") |> refused "line 2: it holds a NUL"
            TweetFrame.parse "train.csv" true [| 0x80uy; 0xFFuy; 0x00uy |] |> refused "not UTF-8"

        testCase "a table that is written otherwise is refused with how to convert it"
        <| fun () ->
            let bytes (encoding: Encoding) (text: string) = encoding.GetBytes text
            let text = header + "1,,,caf\u00e9,1\n2,,,b,0\n"
            let latin = TweetFrame.parse "train.csv" true (bytes Encoding.Latin1 text)
            latin |> refused "byte 39 is not UTF-8"
            latin |> refused "iconv -f WINDOWS-1252 -t UTF-8"

            let wide = Array.append (Encoding.Unicode.GetPreamble()) (bytes Encoding.Unicode text)

            TweetFrame.parse "train.csv" true wide |> refused "iconv -f UTF-16 -t UTF-8"

            for sign, signs in [ ";", "semicolons"; "\t", "tabs"; "|", "bars" ] do
                let other = (header + "1,,,zzz,1\n").Replace(",", sign)

                parse true other
                |> refused $"line 1: its fields are divided by %s{signs}, and commas are wanted"
                // Quoted headers, as some programs write them, and commas in the texts.
                parse true (other.Replace("text", "\"text\"").Replace("zzz", "z, z, z")) |> refused signs

            parse true "id,text;,target\n1,a,1\n" |> refused "column 'text' is missing"

        testCase "a slipped column does not spread a tweet's words"
        <| fun () ->
            match parse true (header + "1,,,a,a long tweet of many words\n") with
            | Error e -> Expect.isFalse (e.Sentence.Contains "many words") e.Sentence
            | Ok _ -> failtest "it should be refused"

        testCase "a long list of faults is cut, and says so"
        <| fun () ->
            let rows = String.concat "" [ for i in 1..50 -> $"%d{i},,,a,maybe\n" ]
            parse true (header + rows) |> refused "and 30 more faults"

        testCase "a test set needs no target"
        <| fun () ->
            let tweets = parse false "id,keyword,location,text\n1,,,a\n" |> Flip.Expect.wantOk "it is sound"
            Expect.equal tweets[0].Target None "none"

        testProperty "any bytes give tweets or a refusal, never an exception"
        <| fun (bytes: byte[]) (isLabelled: bool) ->
            match
                TweetFrame.parse "train.csv" isLabelled (Array.append (Encoding.UTF8.GetBytes header) bytes)
            with
            | Ok _ -> true
            | Error e -> e.Sentence.StartsWith "train.csv: "

        testProperty "tweets come back from their table"
        <| fun (texts: char[][]) ->
            let tweets =
                texts
                |> Array.mapi (fun i text -> {
                    Id = if i % 2 = 0 then RowId.ofPlace i else RowId.Word $"row, \"%d{i}\""
                    Keyword = if i % 2 = 0 then None else Some "forest%20fire"
                    Location = Some "here, \"there\""
                    Text = clean (String text)
                    Target = Some(i % 3 = 0)
                })

            texts.Length = 0 || roundTrip tweets = Ok tweets

        testCase "an empty test set comes back"
        <| fun () -> Expect.equal (roundTrip [||]) (Ok [||]) "no tweets"

        testCase "a frame has the columns of its tweets"
        <| fun () ->
            let tweets = parse true (header + "1,,x,a,1\n") |> Flip.Expect.wantOk "it is sound"
            let frame = (TweetFrame.ofTweets tweets).Frame

            Expect.equal
                (List.ofSeq frame.ColumnKeys)
                [ "id"; "keyword"; "location"; "text"; "target" ]
                "Kaggle's"

            Expect.equal frame.RowCount 1 "one row"

        testCase "a column of any CSV file, or a text a line"
        <| fun () ->
            let csv = Encoding.UTF8.GetBytes "a,words\n1,\"one, two\"\n2,\n"

            Expect.equal
                (TextColumn.ofCsv "f.csv" "words" csv)
                (Ok [| "one, two"; "" |])
                "an empty cell is a text"

            let texts (csv: string) = TextColumn.ofCsv "f.csv" "text" (Encoding.UTF8.GetBytes csv)
            Expect.equal (texts "a,text\r1,x\r2,y") (Ok [| "x"; "y" |]) "lines that end in CR alone"
            Expect.equal (texts "text\n\"\"\nx\n") (Ok [| ""; "x" |]) "a quoted nothing is a text"
            Expect.isError (texts "1,a,b\r\u0010") "a ragged row behind a lone CR"
            Expect.isError (texts "text,\"text\"\n1,2\n") "a column twice, once in quotes"

            Expect.equal (TextColumn.ofLines "a\r\n\nb\n") [| "a"; ""; "b" |] "an empty line too"
            Expect.equal (TextColumn.ofLines "a\nb") [| "a"; "b" |] "the last line need not end"

            match TextColumn.ofCsv "f.csv" "text" csv with
            | Error e -> Expect.equal e.Sentence "f.csv: line 1: column 'text' is missing." "named"
            | Ok _ -> failtest "it should be refused"
    ]
