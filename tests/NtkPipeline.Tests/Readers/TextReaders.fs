/// The readers of what people and other programs write: tweets, networks, settings, vocabularies.
module NtkPipeline.Tests.TextReaders

open System.IO
open NtkPipeline.Core
open NtkPipeline.Tests.Mutation
open NtkPipeline.Tests.Reader

let private tweets = [
    "id,keyword,location,text,target\n1,fire,Athens,\"smoke, and \"\"more\"\"\",1\n2,,,hello,0\n"
    "id,keyword,location,text\r\n-5,,,\"two\nlines\"\r\n"
    "text,id,keyword,target,location\na,9223372036854775807,k,0,l\n"
]

let private cells = [
    "id,keyword,location,text,target\n"
    "1,a,b,c,1\n"
    "\"\""
    "\"\n"
    ","
    "\r\n"
    "text"
]

let private networks = [
    "dense 512 w=1.5 b=0.05 | erf | dense 1"
    "repeat(3, dense 64 w=1.4142 | layer-norm | relu) | dense 1 | scale(0.5) | centred"
    "residual(dense 8 | leaky-relu(0.1) | dense 8) | monomial(2) | dense 1"
]

let private overTokens = [
    "conv 64 size=3 pad=valid stride=2 w=1.5 b=0.1 | relu | mean-pool | dense 1"
    "dense 8 | residual(attention 4 scale=sqrt scores=identity q=0.7 position=0.2) | sum-pool | dense 1"
]

let private parts = [
    "dense 4"
    " | "
    "repeat(9, "
    "repeat(99999999, dense 1)"
    "residual("
    "scale("
    "w="
    "b="
    "relu"
    "gelu"
    "centred"
    "layer-norm"
    ")"
]

let private settings = [
    "{ \"experiments\": \"widths\", \"train\": { \"epochs\": 3, \"widths\": [16, 64] } }"
    "{ // a comment\n \"embed.encoder\": [\"lsa\", \"keywords\"], \"ridge\": { \"smallest\": 1e-3, }, }"
    "{ \"$schema\": \"x\", \"device\": \"cuda:1\", \"clean\": { \"urls\": \"keep\", \"mojibake\": false } }"
]

let private keys = [ for setting in Config.settings -> $"\"%s{setting.Key}\": " ]

let private lines =
    String.concat "\n" [ "[PAD]"; "[UNK]"; "[CLS]"; "[SEP]"; "[MASK]"; "a"; "##b"; "c"; "" ]

let private one (mistakes: Result<'a, string list>) : Result<'a, string> =
    mistakes |> Result.mapError (String.concat "; ")

let all: Reader list = [
    create "tweets" (tweets |> List.map utf8) cells (TweetFrame.parse "f.csv" true >> sentence)
    create "unlabelled tweets" (tweets |> List.map utf8) cells (TweetFrame.parse "f.csv" false >> sentence)
    create "a column of texts" (tweets |> List.map utf8) cells (TextColumn.ofCsv "f.csv" "text" >> sentence)
    ofText "network" networks parts NetworkText.parse
    ofText "network over tokens" overTokens parts NetworkText.parseAny
    ofText "settings" settings keys (fun text -> Config.read "s.json" text [] |> one)
    ofText "one setting" [ "train.epochs=3"; "embed.encoder=lsa + npy"; "device=cuda:0" ] keys (fun text ->
        Config.read null null [ text ] |> one)
    ofText "size" [ "2GB"; "1.5 GiB" ] [] ByteSize.parse
    ofText "device" [ "cuda:1"; "cpu" ] [] Device.parse
    ofText "times" [ "0,1,10,inf" ] [] (DescentPlan.parseTimes true)
    create "vocabulary" [ utf8 lines ] [ "[PAD]\n"; "[UNK]\n"; "##"; "\n" ] (fun bytes ->
        WordPiece.load "vocab.txt" (new MemoryStream(bytes)) |> sentence)
]
