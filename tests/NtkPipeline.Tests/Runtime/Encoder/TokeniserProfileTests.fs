/// What a model's folder says of lengths, capitals, parts and prompts.
module NtkPipeline.Tests.TokeniserProfileTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.Ntk

/// A new folder in this one, with these files.
let folderOf (folder: string) (files: (string * string) list) =
    let at = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName

    for name, text in files do
        let path = Path.Combine(at, name)
        Directory.CreateDirectory(nonNull (Path.GetDirectoryName path)) |> ignore
        File.WriteAllText(path, text)

    at

let private want result =
    Expect.wantOk (Result.mapError (fun (e: PipelineError) -> e.Sentence) result) "it is read"

let private cls = "1_Pooling/config.json", """{"pooling_mode_cls_token": true}"""

let tests =
    testList "a model's folder" [
        testCase
            "says how many tokens: sentence-transformers' limit first, then the tokeniser's and the positions'"
        <| inFolder (fun folder ->
            let tokens files = (folderOf folder files |> EncoderProfile.read |> want).MaxTokens
            Expect.equal (tokens []) 256 "nothing is said"

            Expect.equal
                (tokens [ "tokenizer_config.json", """{"model_max_length": 128}""" ])
                128
                "the tokeniser"

            Expect.equal (tokens [ "config.json", """{"max_position_embeddings": 64}""" ]) 64 "the positions"

            Expect.equal
                (tokens [
                    "tokenizer_config.json", """{"model_max_length": 1000000000000000019884624838656}"""
                    "config.json", """{"max_position_embeddings": 512}"""
                ])
                512
                "10³⁰ is no limit"

            Expect.equal
                (tokens [
                    "sentence_bert_config.json", """{"max_seq_length": 32}"""
                    "tokenizer_config.json", """{"model_max_length": 512}"""
                ])
                32
                "the nearest counts")

        testCase "says whether capitals stay, which is part of the model's identity"
        <| inFolder (fun folder ->
            let keeps files = (folderOf folder files |> TokeniserProfile.read |> want).KeepsCase
            Expect.isFalse (keeps []) "uncased where nothing is said"
            Expect.isTrue (keeps [ "tokenizer_config.json", """{"do_lower_case": false}""" ]) "cased"

            Expect.isTrue
                (keeps [
                    "tokenizer.json", """{"normalizer": {"type": "BertNormalizer", "lowercase": false}}"""
                ])
                "cased, in the other file"

            Expect.isFalse
                (keeps [
                    "tokenizer_config.json", """{"do_lower_case": true}"""
                    "tokenizer.json", """{"normalizer": {"type": "BertNormalizer", "lowercase": false}}"""
                ])
                "the tokeniser's settings count"

            let vocabulary = [ "[PAD]"; "[UNK]"; "[CLS]"; "[SEP]"; "[MASK]"; "Fire"; "fire"; "Café"; "cafe" ]
            let texts = Path.Combine(folder, "t.txt")
            File.WriteAllText(texts, "Fire Café fire\n")

            let ids files =
                let at = folderOf folder files
                let vocab = Path.Combine(at, "vocab.txt")
                File.WriteAllLines(vocab, vocabulary)
                (wantDone [ "tokenize"; "--vocab"; vocab; "--texts"; texts ]).Output

            Expect.equal (ids []) "[2,6,8,6,3]\n" "uncased"

            Expect.equal
                (ids [ "tokenizer_config.json", """{"do_lower_case": false}""" ])
                "[2,5,7,6,3]\n"
                "cased"

            let identity files =
                folderOf folder ([ "model.onnx", "m"; "vocab.txt", "v" ] @ files)
                |> SentenceEncoder.identify
                |> want

            Expect.notEqual
                (identity [ "tokenizer_config.json", """{"do_lower_case": false}""" ])
                (identity [ "tokenizer_config.json", """{"do_lower_case": true}""" ])
                "embeddings of the one are not those of the other"

            Expect.equal
                (identity [])
                (identity [ "tokenizer_config.json", "{}" ])
                "the usual case has its old name")

        testCase "asks for what is not known here: refused, with the file's name"
        <| inFolder (fun folder ->
            let refused name text (words: string) =
                let at = folderOf folder [ cls; name, text; "vocab.txt", "" ]

                let sentence =
                    [
                        EncoderProfile.read at |> Result.map ignore
                        TokeniserProfile.read at |> Result.map ignore
                    ]
                    |> List.pick (function
                        | Error e -> Some e.Sentence
                        | Ok() -> None)

                Expect.stringContains sentence words words
                Expect.stringContains sentence name "the file"

            refused "tokenizer_config.json" """{"strip_accents": false}""" "keeps accents"

            refused
                "tokenizer_config.json"
                """{"do_lower_case": false, "strip_accents": true}"""
                "the other way"

            refused "tokenizer_config.json" """{"tokenize_chinese_chars": false}""" "Chinese"
            refused "tokenizer_config.json" """{"do_lower_case": "no"}""" "true or false is wanted"
            refused "tokenizer.json" """{"normalizer": {"type": "NFKC"}}""" "NFKC"
            refused "tokenizer.json" """{"normalizer": null}""" "its normalizer is null"
            refused "tokenizer.json" """{"model": {"type": "BPE"}}""" "model.type is 'BPE'"
            refused "tokenizer.json" """{"model": {"unk_token": "<unk>"}}""" "model.unk_token is '<unk>'"

            refused
                "tokenizer.json"
                """{"model": {"type": "WordPiece", "continuing_subword_prefix": "@@"}}"""
                "model.continuing_subword_prefix is '@@', and only ## is known"

            refused "tokenizer_config.json" """{"unk_token": "<unk>"}""" "unk_token is '<unk>'"
            refused "tokenizer_config.json" """{"cls_token": {"content": "<s>"}}""" "cls_token is '<s>'"

            refused
                "tokenizer_config.json"
                """{"sep_token": 3}"""
                "sep_token is '3', and only [SEP] is known"

            refused
                "modules.json"
                """[{"type": "sentence_transformers.models.Pooling"}, {"type": "sentence_transformers.models.Dense"}]"""
                "Dense is not known"

            refused
                "config_sentence_transformers.json"
                """{"prompts": {"query": "query: "}, "default_prompt_name": "query"}"""
                "'query: '")

        testCase "lower-cases before its tokeniser: refused where that one keeps accents"
        <| inFolder (fun folder ->
            let read cased =
                folderOf folder [
                    "sentence_bert_config.json", """{"do_lower_case": true}"""
                    "tokenizer_config.json", $"""{{"do_lower_case": %s{cased} }}"""
                ]
                |> TokeniserProfile.read
                |> Result.mapError _.Sentence

            Expect.isFalse (Expect.wantOk (read "true") "uncased").KeepsCase "uncased"
            let sentence = Expect.wantError (read "false") "cased"
            Expect.stringContains sentence "sentence_bert_config.json: do_lower_case is true" "file and key")

        testCase "says where its pooling lies, and usual words ask for nothing"
        <| inFolder (fun folder ->
            let found =
                folderOf folder [
                    "modules.json",
                    """[{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
                        {"idx": 1, "path": "2_Pool", "type": "sentence_transformers.models.Pooling"},
                        {"idx": 2, "path": "3_Normalize", "type": "sentence_transformers.models.Normalize"}]"""
                    "2_Pool/config.json", snd cls
                    "config_sentence_transformers.json", """{"prompts": {}, "default_prompt_name": null}"""
                    "tokenizer_config.json",
                    """{"do_lower_case": true, "strip_accents": null, "tokenize_chinese_chars": true,
                        "unk_token": "[UNK]", "cls_token": {"content": "[CLS]", "lstrip": false}, "mask_token": null}"""
                    "tokenizer.json",
                    """{"normalizer": {"type": "BertNormalizer", "lowercase": true},
                        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##"}}"""
                ]
                |> EncoderProfile.read
                |> want

            Expect.equal (found.Pooling, found.IsStated) (Pooling.Cls, true) "in its own folder")
    ]
