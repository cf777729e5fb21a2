/// The C# program, called as a person calls it.
module NtkPipeline.Tests.Ntk

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Host
open NtkPipeline.Tests.WeakSettings

/// One command line's exit code and what it wrote.
type Answer = { Code: int; Output: string; Error: string }

let call (arguments: string list) : Answer =
    use output = new StringWriter()
    use error = new StringWriter()
    let code = Program.Run(Array.ofList (expand arguments), output, error)
    { Code = code; Output = output.ToString(); Error = error.ToString() }

/// A call that must end well.
let wantDone arguments : Answer =
    let answer = call arguments
    Expect.equal answer.Code 0 $"%A{arguments}: %s{answer.Error}"
    answer

/// A call that must be refused with this code, in sentences that hold these words.
let refused code (words: string list) arguments =
    let answer = call arguments
    Expect.equal answer.Code code $"%A{arguments}: %s{answer.Output}%s{answer.Error}"

    for word in words do
        Expect.stringContains answer.Error word $"%A{arguments}"

    Expect.isFalse (answer.Error.Contains "   at ") "no stack trace is shown"

/// Runs a test in a folder of its own.
let inFolder (test: string -> unit) () =
    let folder = Directory.CreateTempSubdirectory("ntk-test-").FullName

    try
        test folder
    finally
        Directory.Delete(folder, true)

/// The first rows of the sample, as a folder of tweets.
let tweets (folder: string) (rows: int) =
    let sample = SampleTweets.generate SampleTweets.defaultSeed
    let data = Directory.CreateDirectory(Path.Combine(folder, "tweets")).FullName

    let write (name: string) (tweets: Tweet[]) =
        use file = File.Create(Path.Combine(data, name))
        TweetTable.codec.Write file tweets

    write "train.csv" (Array.truncate rows sample.Train)
    write "test.csv" (Array.truncate (rows / 4) sample.Test)
    File.WriteAllText(Path.Combine(data, "SYNTHETIC"), "")
    data

/// A vocabulary of one word, as a file.
let vocabulary folder =
    let path = Path.Combine(folder, "vocab.txt")
    File.WriteAllLines(path, [ "[PAD]"; "[UNK]"; "[CLS]"; "[SEP]"; "[MASK]"; "fire"; "##s" ])
    path

/// Settings that make a run a matter of a second or two.
let quick =
    weak [
        "embed.lsa-columns=40"
        "reduce.dimensions=16"
        "train.widths=16,128,256"
        "train.seeds=2"
        "train.epochs=3"
        "train.tracked-epochs=0,1,3"
        "train.probe-rows=50"
        "train.batch-size=32"
        "train.larger-rate-widths=16"
        "train.larger-rates=2"
        "embed.encoder=lsa"
        "experiments=widths"
    ]

/// Fewer networks still, for what is about none of them.
let fewNetworks widths = weak [ $"train.widths=%s{widths}"; "train.seeds=1"; "train.input-scales=sqrt-d" ]
