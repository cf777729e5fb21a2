/// `encoder.json` beside the other files of a model's folder.
module NtkPipeline.Tests.EncoderProfileTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

let private pooled = "encoder.json", """{"pooling": "cls"}"""
let private both = "encoder.json", """{"pooling": "cls", "maxTokens": 64}"""

let private read (folder: string) (files: (string * string) list) =
    TokeniserProfileTests.folderOf folder files |> EncoderProfile.read |> Result.mapError _.Sentence

let tests =
    testList "encoder.json" [
        testCase "says what it says, and leaves the rest to the other files"
        <| inFolder (fun folder ->
            let found files =
                let profile = Expect.wantOk (read folder files) "it is read"
                profile.Pooling, profile.MaxTokens, profile.IsStated

            let limited = "sentence_bert_config.json", """{"max_seq_length": 32}"""
            let mean = "1_Pooling/config.json", """{"pooling_mode_mean_tokens": true}"""
            Expect.equal (found [ pooled; limited; mean ]) (Pooling.Cls, 32, true) "the limit is another's"
            Expect.equal (found [ both; limited; mean ]) (Pooling.Cls, 64, true) "both are its own"

            Expect.equal
                (found [ pooled; "config.json", """{"max_position_embeddings": 128}""" ])
                (Pooling.Cls, 128, true)
                "the positions'")

        testCase "does not answer for what else its folder asks for"
        <| inFolder (fun folder ->
            let refused name text (words: string) =
                for files in [ [ name, text ]; [ both; name, text ] ] do
                    Expect.stringContains (Expect.wantError (read folder files) "refused") words words

            refused
                "modules.json"
                """[{"type": "sentence_transformers.models.Dense"}]"""
                "Dense is not known"

            refused
                "config_sentence_transformers.json"
                """{"prompts": {"q": "query: "}, "default_prompt_name": "q"}"""
                "'query: '"

            refused "tokenizer_config.json" """{"strip_accents": false}""" "keeps accents"
            refused "tokenizer.json" """{"normalizer": {"type": "NFKC"}}""" "NFKC")

        testCase "answers what is not known here by its own keys"
        <| inFolder (fun folder ->
            let poolings = "1_Pooling/config.json", """{"pooling_mode_max_tokens": true}"""
            let limit = "sentence_bert_config.json", """{"max_seq_length": 1}"""

            Expect.stringContains
                (Expect.wantError (read folder [ poolings ]) "refused")
                "'max_tokens'"
                "alone"

            Expect.isOk (read folder [ pooled; poolings ]) "the pooling is stated"

            Expect.stringContains
                (Expect.wantError (read folder [ pooled; limit ]) "refused")
                "is 1"
                "not stated"

            Expect.isOk (read folder [ both; limit ]) "the limit is stated")
    ]
