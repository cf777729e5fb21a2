/// Whatever bytes are given, there is an outcome: a result, or a refusal in a sentence; never a crash.
module NtkPipeline.Tests.GarbageTests

open System
open System.IO
open System.Text
open Expecto
open FsCheck
open FsCheck.FSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

/// Bytes that look like a file of texts, or like tweets, or like nothing.
type Bytes =
    | Bytes of byte[]

    override this.ToString() = let (Bytes bytes) = this in Convert.ToHexString bytes

let private piece =
    Gen.oneof [
        Gen.elements (
            [
                ","
                "\""
                "\"\""
                "\n"
                "\r\n"
                "\r"
                "\t"
                ";"
                "1,a,b,c,1"
                "\n2,,,\"x\ny\",0\n"
                "id,keyword,location,text,target\n"
                "text"
                "\uFEFF"
            ]
            |> List.map (fun (text: string) -> Encoding.UTF8.GetBytes text)
        )
        Garbage.text |> Gen.map (fun text -> Encoding.UTF8.GetBytes text)
        Gen.choose (0, 255) |> Gen.map (fun b -> [| byte b |])
        Gen.constant [| 0xF0uy; 0x9Fuy |]
    ]

type Generators =
    static member Bytes() =
        gen {
            let! opening = Gen.elements [ ""; "id,keyword,location,text,target\n"; "text\n"; "a,text\n" ]
            let! body = Gen.listOf piece
            return Bytes(Array.concat (Encoding.UTF8.GetBytes opening :: body))
        }
        |> Arb.fromGen

let private config count = {
    FsCheckConfig.defaultConfig with
        arbitrary = [ typeof<Generators> ]
        maxTest = count
}

/// A refusal is one line that names the file.
let private isSentence (name: string) (e: PipelineError) =
    Expect.stringContains e.Sentence name "it names the file"
    Expect.isFalse (e.Sentence.Contains '\n') "one line"

/// The outcome of a command on garbage: done or refused, without a trace.
let private isTame arguments =
    let answer = call arguments
    Expect.isTrue (answer.Code = 0 || answer.Code = 1) $"exit code %d{answer.Code}: %s{answer.Error}"

    if answer.Code = 1 then
        Expect.stringStarts answer.Error "ntk: " "a sentence"
        Expect.equal (answer.Error.TrimEnd().Split '\n').Length 1 "one"

    answer

let tests =
    testList "garbage" [
        testPropertyWithConfig (config 400) "any bytes are tweets, or refused by name"
        <| fun (Bytes bytes) ->
            for isLabelled in [ true; false ] do
                match TweetFrame.parse "f.csv" isLabelled bytes with
                | Ok tweets ->
                    use stream = new MemoryStream()
                    TweetTable.codec.Write stream tweets
                    Expect.isNonEmpty tweets "tweets"
                | Error e -> isSentence "f.csv" e

        testPropertyWithConfig (config 400) "any bytes have a column of texts, or are refused by name"
        <| fun (Bytes bytes) ->
            match CsvFrame.parse "f.csv" bytes with
            | Ok(frame, lines) -> Expect.equal lines.Length frame.RowCount "a line for every row"
            | Error e -> isSentence "f.csv" e

            match TextColumn.ofCsv "f.csv" "text" bytes with
            | Ok texts ->
                Expect.all texts (fun text -> CleanText.clean CleanText.defaults text <> " ") "texts"
            | Error e -> isSentence "f.csv" e

        testPropertyWithConfig (config 300) "any bytes are a vocabulary, or refused by name"
        <| fun (Bytes bytes) ->
            match WordPiece.load "vocab.txt" (new MemoryStream(bytes)) with
            | Ok _ -> failtest "none of these has [PAD]"
            | Error e -> isSentence "vocab.txt" e

        testPropertyWithConfig (config 12) "embed and tokenize take any bytes, or refuse them in one sentence"
        <| fun (Bytes bytes) ->
            inFolder
                (fun folder ->
                    let texts = Path.Combine(folder, "texts.txt")
                    File.WriteAllBytes(texts, bytes)
                    let out = Path.Combine(folder, "e.npy")

                    for column in [ []; [ "--column"; "text" ] ] do
                        let about = [ "--texts"; texts ] @ column
                        isTame ([ "tokenize"; "--vocab"; vocabulary folder ] @ about) |> ignore
                        isTame ([ "embed"; "--encoder"; "lsa:3"; "--out"; out ] @ about) |> ignore)
                ()
    ]
