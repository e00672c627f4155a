"""A small BERT, trained from scratch with the Trainer of Hugging Face: which of two words comes more often in a sentence?

The Trainer saves and resumes by itself; it is only told where.
"""

import os

import fettle
import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

trial = fettle.Trial({"lr": 1e-3, "layers": 1})
folder = os.environ.get("FETTLE_CHECKPOINT_DIR", "checkpoints")
torch.set_num_threads(1)

words = torch.randint(1, 3, (600, 15), generator=torch.Generator().manual_seed(1))
sentences = [{"input_ids": row, "labels": int((row == 1).sum() > (row == 2).sum())} for row in words]


class Report(TrainerCallback):
    def on_evaluate(self, args, state, control, metrics=None, **_):
        trial.report(epoch=round(state.epoch), accuracy=metrics["eval_accuracy"])

    def on_save(self, args, state, control, **_):
        if trial.should_stop():
            control.should_training_stop = True


last = int(trial.until or 4)
trainer = Trainer(
    BertForSequenceClassification(
        BertConfig(
            vocab_size=3,
            hidden_size=32,
            num_hidden_layers=trial["layers"],
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=16,
        )
    ),
    TrainingArguments(
        output_dir=folder,
        learning_rate=trial["lr"],
        lr_scheduler_type="constant",
        per_device_train_batch_size=20,
        per_device_eval_batch_size=100,
        num_train_epochs=last,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        seed=trial.seed,
        use_cpu=True,
        report_to=[],
        disable_tqdm=True,
    ),
    train_dataset=sentences[:500],
    eval_dataset=sentences[500:],
    compute_metrics=lambda told: {"accuracy": float((told.predictions.argmax(1) == told.label_ids).mean())},
    callbacks=[Report()],
)
saved = get_last_checkpoint(folder) if trial.resume_from > 0 and os.path.isdir(folder) else None
trainer.train(resume_from_checkpoint=saved)
if round(trainer.state.epoch) < last:
    raise SystemExit(fettle.CHECKPOINTED)
